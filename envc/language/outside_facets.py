"""What lies in an image and comes neither from an index nor from the project. A part of `facets.py`."""

from __future__ import annotations

from typing import Literal, NamedTuple

from envc.diagnostics import Span
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


class ProvidedPackage(NamedTuple):
    """A Python package that the base image must bring."""

    name: str  # as PEP 503 normalises it
    origin: Origin


class BuildCheck(NamedTuple):
    """A command that must succeed before there is an image."""

    arguments: tuple[str, ...]
    origin: Origin


class GitSource(NamedTuple):
    """Files of a git repository, as they are in one commit."""

    name: str
    address: str  # ends in `.git`
    kind: Literal["tag", "commit"]
    reference: str  # the tag, or all digits of the commit
    submodules: bool
    path: str | None  # in the container; None is for what only building needs
    origin: Origin


class Fetching(NamedTuple):
    """A program that fetches the packages which the lock in a folder names."""

    program: str  # a name of `stdlib/fetchers.env`
    folder: str  # of what is compiled; `.` where the steps start


class ProgramBuild(NamedTuple):
    """What is compiled, in a stage of its own, and what of the result lies in the image."""

    name: str
    source: str | None  # where the steps start; None: a folder of the project, or an empty one
    packages: tuple[str, ...]  # of the distribution, for compiling alone, sorted
    jobs: int | None
    commands: tuple[tuple[str, ...], ...]
    kept: tuple[str, ...]  # paths in the container, sorted
    origin: Origin
    after: tuple[str, ...] = ()  # builds whose kept things lie in their places while it is compiled, sorted
    fetches: tuple[Fetching, ...] = ()  # what fetches packages before, sorted
    folder: str | None = None  # of the project, relative to the program
    sees_packages: bool = False  # the environment's, of Python
    further: tuple[str, ...] = ()  # sources that lie beside the first, sorted

    def place_of(self, package: str) -> Span:
        """Return where a package of the distribution is asked for; the build's name where nothing says it."""
        spans = self.origin.spans
        written = (
            span
            for name, span in spans.items()
            if name.count(".") == 3 and span.text.strip('"') == package  # entries.0.values.1
            if spans[f"{name.rpartition('.values.')[0]}.kind"].text == "apt"
        )
        return next(written, self.origin.of("name"))


class Toolchain(NamedTuple):
    """A compiler or a runtime for building alone."""

    name: str
    version: str
    origin: Origin


class CondaPackage(NamedTuple):
    """A package of a conda channel: a program that Python's index does not have."""

    name: str
    specifier: str  # as conda writes it, `3.4.*` or `>=1.2,<2`; empty: any
    channels: tuple[str, ...]  # names; it comes from the first of them that has it
    origin: Origin


OutsideFacet = Tool | ImageFile | BuildCheck | ProvidedPackage | GitSource | ProgramBuild | Toolchain | CondaPackage
