"""The parts of a plan that concern files: data, the project's own, tools, those of other images."""

from __future__ import annotations

from typing import Literal

from envc.language.facets import Delivery
from envc.plan.part import Part


class PlannedArtifact(Part):
    """A data set, weights, or a cache."""

    kind: Literal["data", "weights", "cache"]
    name: str
    version: str
    delivery: Delivery
    path: str  # in the container
    location: str | None  # an address, or a path relative to the program
    writable: bool
    size: int | None
    sha256: str | None


class PlannedFile(Part):
    """A file that the image copies."""

    path: str  # relative to the copied path; empty when it is that path
    executable: bool
    sha256: str
    link: str | None = None


class PlannedCopy(Part):
    """A file or folder of the project in the image."""

    source: str  # relative to the program
    path: str  # in the container
    folder: bool
    files: tuple[PlannedFile, ...]
    ignored: tuple[str, ...] = ()  # patterns left out of it beside the usual junk, as the program says them


class PlannedTool(Part):
    """A program by its address."""

    name: str
    version: str
    location: str
    sha256: str
    path: str  # in the container
    unpacked: bool
    inside: str  # what of the archive is taken; empty is all


class PlannedImageFile(Part):
    """A file or folder of another image."""

    image: str  # `docker.io/library/busybox:1.37@sha256:…`
    source: str  # there
    path: str  # in the container
