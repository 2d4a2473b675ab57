"""Why a package of the older lock did not stay, though nobody asked for another version of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from envc.diagnostics import Span
from envc.language.environment import Environment
from envc.language.facets import PythonPackage
from envc.language.packages import normalised
from envc.lock.resolution import LostPin


class Chosen(Protocol):
    """A package of a lock or of a resolution."""

    @property
    def name(self) -> str:
        """Its normalised name."""
        ...

    @property
    def version(self) -> str:
        """Its version."""
        ...


class ChosenWithNeeds(Chosen, Protocol):
    """A package of a new resolution."""

    @property
    def requires(self) -> tuple[str, ...]:
        """PEP 508 texts of the dependencies that hold on the target."""
        ...


class MovedPin(NamedTuple):
    """A package that moved, and why. `span` is the clause of the program that made it, where one did."""

    name: str
    before: str
    after: str
    reason: str
    span: Span | None = None

    @property
    def text(self) -> str:
        """The whole sentence, with the place of the clause."""
        place = f" ({self.span})" if self.span else ""
        return f"{self.name} {self.before} could not stay: {self.reason}{place}"


#: What is said of a version that the index, and not another package, took away.
LOST = {
    "gone": "the index no longer has it",
    "yanked": "its makers have withdrawn it",
    "no-wheel": "it has no wheel for this target",
    "other-python": "it does not take this Python",
}

#: Where nothing that is known forbids the old version: the resolver could not keep all pins at once.
TOGETHER = "the pins of the older lock have no answer together with the program as it is now"


def moved_pins(
    environment: Environment,
    before: Iterable[Chosen],
    after: Sequence[ChosenWithNeeds],
    lost: Iterable[LostPin] = (),
    asked: frozenset[str] = frozenset(),
) -> tuple[MovedPin, ...]:
    """Return the packages that moved though no upgrade of them was asked for (`asked` are those), each with its reason.

    What came anew or went away is no moved pin. The clause of the program counts first, then the index, then other
    packages, then that the whole had no answer.
    """
    versions = {package.name: package.version for package in after}
    missing = {(pin.name, pin.version): pin.reason for pin in lost}
    found = []
    for old in sorted(before, key=lambda package: package.name):
        new = versions.get(old.name, old.version)
        if new == old.version or old.name in asked:
            continue
        reasons = reasons_of(old, environment, after, missing.get((old.name, old.version)))
        reason, span = next(reasons)
        found.append(MovedPin(old.name, old.version, new, reason, span))
    return tuple(found)


def reasons_of(
    old: Chosen, environment: Environment, after: Sequence[ChosenWithNeeds], lost: str | None
) -> Iterator[tuple[str, Span | None]]:
    """Yield why one version could not stay, the nearest reason first; there is always one."""
    for package in environment.every(PythonPackage):
        if package.name == old.name and package.specifier and not admits(package.specifier, old.version):
            yield f"the program asks for {package.name}{package.specifier}", package.origin.of("version")
    if lost is not None:
        yield LOST[lost], None
    for other in after:
        for needed in needs_of(other, old.name):
            if not admits(needed, old.version):
                yield f"{other.name} {other.version} needs {old.name}{needed}", clause_of(other.name, environment)
    yield TOGETHER, None


def needs_of(package: ChosenWithNeeds, name: str) -> Iterator[str]:
    """Yield the versions of another package that a package asks for."""
    from packaging.requirements import InvalidRequirement, Requirement

    for text in package.requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if normalised(requirement.name) == name:
            yield str(requirement.specifier)


def admits(specifier: str, version: str) -> bool:
    """Tell whether a range takes a version. What cannot be read forbids nothing."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


def clause_of(name: str, environment: Environment) -> Span | None:
    """Return the clause of the program that asks for a package, where one does."""
    asked = (package for package in environment.every(PythonPackage) if package.name == name)
    return next((package.origin.of("name") for package in asked), None)
