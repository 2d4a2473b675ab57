"""Rules about Python packages that somebody asks for anyway. A part of `facets.py`."""

from __future__ import annotations

from typing import NamedTuple

from envc.language.origin import Origin


class Override(NamedTuple):
    """The versions of a package that count, whatever other packages ask of it."""

    name: str  # as PEP 503 normalises it
    specifier: str  # PEP 440
    reason: str
    origin: Origin

    @property
    def requirement(self) -> str:
        """The PEP 508 text."""
        return f"{self.name}{self.specifier}"


class Patch(NamedTuple):
    """A change of a package's installed files, as a unified diff of the project."""

    package: str  # as PEP 503 normalises it
    path: str  # of the diff, relative to the program
    origin: Origin
    sha256: str = ""  # of the diff, once it was read
    changed: tuple[str, ...] = ()  # the files that it changes, below the folder of packages, sorted


PackageRule = Override | Patch
