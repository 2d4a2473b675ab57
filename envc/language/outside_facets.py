"""What lies in an image and comes neither from an index nor from the project. A part of `facets.py`."""

from __future__ import annotations

from typing import NamedTuple

from envc.language.origin import Origin


class Tool(NamedTuple):
    """A program by its address, checked: one file, or an archive that is unpacked."""

    name: str
    version: str
    location: str
    sha256: str
    path: str  # in the container
    unpacked: bool
    inside: str  # what of the archive is taken, a path in it; empty is all
    origin: Origin


class ImageFile(NamedTuple):
    """A file or folder of another image."""

    source: str  # in that image
    image: str  # as the program names it
    path: str  # in the container
    origin: Origin


class BuildCheck(NamedTuple):
    """A command that must succeed before there is an image."""

    arguments: tuple[str, ...]
    origin: Origin


OutsideFacet = Tool | ImageFile | BuildCheck
