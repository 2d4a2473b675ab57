"""The word `toolchain`: compilers that no package of the distribution has as new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.environment import Environment
from envc.language.fields import Entries, Positional
from envc.language.origin import Origin
from envc.language.outside_facets import Toolchain as ToolchainFacet
from envc.language.taken import taken_before
from envc.language.values import Name, ShortVersion
from envc.language.word import Declaration, Entry
from envc.syntax.program import Argument, Item

#: What the distribution calls the toolchains that people try.
_PACKAGES = {
    "cmake": "cmake",
    "cpp": "g++",
    "fortran": "gfortran",
    "gcc": "gcc",
    "gfortran": "gfortran",
    "java": "default-jdk-headless",
    "jdk": "default-jdk-headless",
    "llvm": "clang llvm",
    "maven": "maven",
    "ocaml": "ocaml",
    "openjdk": "default-jdk-headless",
}

#: What people write for the newest version.
_MOVING = frozenset(("beta", "current", "latest", "lts", "nightly", "stable"))


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

    @classmethod
    def misread(cls, item: Item) -> list[Diagnostic]:
        """Return a mistake for each unknown name without a version: that it lacks one would help nobody.

        The name of a moving version is none behind a toolchain: there it is the version that lacks.
        """
        known = _known()
        alone = [one for one in item.block or () if not one.arguments and one.word not in known]
        found = [_unknown(one.word, one.word_span, known) for one in alone]
        for before, one, behind in zip(
            (None, *item.arguments), item.arguments, (*item.arguments[1:], None), strict=False
        ):
            if one.kind != "word" or one.given is not None or one.value in known:
                continue
            if before is not None and before.value in known and one.value in _MOVING:
                found.append(_moving(before.value, one))
            elif behind is None or behind.kind == "word":
                found.append(_unknown(one.value, one.span, known))
        return found

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
        known = _known()
        for position, entry in enumerate(self.toolchains):
            place = _own(origin, position).of("name")
            if entry.name not in known:
                yield _unknown(entry.name, place, known)
            if labels := taken_before(environment, "toolchain", entry.name, place):
                yield Diagnostic("repeated-name", f"the toolchain `{entry.name}` stands twice", labels)


def _known() -> list[str]:
    from envc.knowledge.library import shipped_library

    return sorted(one.name for one in shipped_library().toolchains())


def _unknown(name: str, place: Span, known: list[str]) -> Diagnostic:
    near = similar(name, known)
    package = _PACKAGES.get(name, "clang")
    return Diagnostic(
        "unknown-toolchain",
        f"there is no toolchain `{name}` that is known",
        (wrong(place, "no official image of it is known"),),
        notes=(f"known are: {' '.join(known)}",),
        helps=(f"a package of the distribution goes into the block of `build`: `apt {package}`",),
        fixes=(Fix("one has a similar name", place, near),) if near else (),
    )


def _moving(name: str, word: Argument) -> Diagnostic:
    return Diagnostic(
        "missing-argument",
        f"`{name}` lacks its version",
        (wrong(word.span, f"`{word.value}` is none: it is another one tomorrow"),),
        helps=("write one, such as 22 or 1.85: the lock holds its image by digest",),
    )


def _own(origin: Origin, position: int) -> Origin:
    spans = {field: origin.of(f"toolchains.{position}.{field}") for field in ("name", "version")}
    return Origin(origin.item, spans)
