"""The word `apt`: packages of the base's distribution."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import SystemPackage
from envc.language.fields import Entries, Positional
from envc.language.origin import Origin
from envc.language.values import SystemName
from envc.language.word import Declaration, Entry


class SystemEntry(Entry):
    """The name of a system package."""

    name: Annotated[SystemName, Positional()]


class Apt(Declaration):
    """Installs Debian or Ubuntu packages, without the recommended ones, lists and caches left out of the image.

    Compilers and `-dev` packages go to the builder by themselves; the image that runs has none of them.
    """

    repeatable = True
    in_stages = True
    examples = ("apt git ffmpeg", "apt < libgl1; libglib2.0-0 >")

    packages: Annotated[tuple[SystemEntry, ...], Entries(SystemEntry)] = ()

    def facets(self, origin: Origin) -> Iterator[SystemPackage]:
        """Return the packages."""
        for position, entry in enumerate(self.packages):
            yield SystemPackage(entry.name, Origin(origin.item, {"name": origin.of(f"packages.{position}.name")}))

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:  # noqa: ARG002
        """Refuse a list without packages."""
        if not self.packages:
            yield Diagnostic("missing-argument", "`apt` names no package", (wrong(origin.span, "no name follows"),))
