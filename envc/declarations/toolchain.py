"""The word `toolchain`: compilers that no package of the distribution has as new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic, Fix
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.environment import Environment
from envc.language.fields import Entries, Positional
from envc.language.origin import Origin
from envc.language.outside_facets import Toolchain as ToolchainFacet
from envc.language.taken import taken_before
from envc.language.values import Name, ShortVersion
from envc.language.word import Declaration, Entry


class ToolchainEntry(Entry):
    """A name and a version."""

    name: Annotated[Name, Positional()]
    version: Annotated[ShortVersion, Positional()]


class Toolchain(Declaration):
    """Gives the builder, and what `build` compiles, a toolchain of its official image: rust, node or go.

    The lock holds the image by digest. Nothing of it is in the image that runs. Rust and Go link with the
    distribution's tools where they link at all: `apt gcc libc6-dev` in the block of `build`.
    """

    repeatable = True
    examples = ("toolchain rust 1.85", "toolchain < rust 1.85; node 22 >")

    toolchains: Annotated[tuple[ToolchainEntry, ...], Entries(ToolchainEntry)] = ()

    def facets(self, origin: Origin) -> Iterator[ToolchainFacet]:
        """Return the toolchains."""
        for position, entry in enumerate(self.toolchains):
            yield ToolchainFacet(entry.name, entry.version, _own(origin, position))

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a list of none, names that are not known, and one toolchain twice."""
        if not self.toolchains:
            label = wrong(origin.span, "no name follows")
            yield Diagnostic("missing-argument", "`toolchain` names none", (label,))
            return
        from envc.knowledge.library import shipped_library

        known = sorted(one.name for one in shipped_library().toolchains())
        for position, entry in enumerate(self.toolchains):
            place = _own(origin, position).of("name")
            if entry.name not in known:
                near = similar(entry.name, known)
                yield Diagnostic(
                    "unknown-toolchain",
                    f"there is no toolchain `{entry.name}` that is known",
                    (wrong(place),),
                    notes=(f"known are: {' '.join(known)}",),
                    helps=("a package of the distribution goes into the block of `build`: `apt clang`",),
                    fixes=(Fix("one has a similar name", place, near),) if near else (),
                )
            if labels := taken_before(environment, "toolchain", entry.name, place):
                yield Diagnostic("repeated-name", f"the toolchain `{entry.name}` stands twice", labels)


def _own(origin: Origin, position: int) -> Origin:
    spans = {field: origin.of(f"toolchains.{position}.{field}") for field in ("name", "version")}
    return Origin(origin.item, spans)
