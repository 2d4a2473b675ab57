"""Why a package of the older lock did not stay, though nobody asked for another version of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from envc.diagnostics import Span
from envc.language.environment import Environment
from envc.language.facets import PythonPackage
from envc.language.package_rules import Override
from envc.language.packages import normalised
from envc.lock.resolution import LostPin, Package


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
    environment: Environment, pins: Iterable[str], chosen: Sequence[Package], lost: Iterable[LostPin] = ()
) -> tuple[MovedPin, ...]:
    """Return the packages that moved although their `name==version` was to stay, sorted, each with its reason.

    What went away is no moved pin. The clause of the program counts first, then the index, then other packages, then
    that the whole had no answer.
    """
    versions = {package.name: package.version for package in chosen}
    missing = {(pin.name, pin.version): pin.reason for pin in lost}
    found = []
    for name, _, version in sorted(pin.partition("==") for pin in pins):
        if versions.get(name, version) != version:
            reason, span = next(reasons_of(name, version, environment, chosen, missing.get((name, version))))
            found.append(MovedPin(name, version, versions[name], reason, span))
    return tuple(found)


def reasons_of(
    name: str, version: str, environment: Environment, chosen: Sequence[Package], lost: str | None
) -> Iterator[tuple[str, Span | None]]:
    """Yield why one version could not stay, the nearest reason first; there is always one."""
    for package in environment.every(PythonPackage):
        if package.name == name and package.specifier and not admits(package.specifier, version):
            yield f"the program asks for {name}{package.specifier}", package.origin.of("version")
    for override in environment.every(Override):
        if override.name == name and not admits(override.specifier, version):
            yield f"the program overrides it with {name}{override.specifier}", override.origin.of("version")
    if lost is not None:
        yield LOST[lost], None
    for other in chosen:
        for needed in needs_of(other, name):
            if not admits(needed, version):
                yield f"{other.name} {other.version} needs {name}{needed}", clause_of(other.name, environment)
    yield TOGETHER, None


def needs_of(package: Package, name: str) -> Iterator[str]:
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
