"""Overrides: as the lock keeps them, what they replace, and whether anybody needs them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.package_rules import Override
from envc.lock.locked_built_packages import LockedBuiltPackage
from envc.lock.locked_wheels import LockedWheel
from envc.lock.model import Lock, LockedOverride, LockedPackage
from envc.lock.moved_pins import admits
from envc.lock.why import needed_name


def locked_overrides(environment: Environment) -> tuple[LockedOverride, ...]:
    """Return the overrides of a program, sorted by name."""
    overrides = sorted(environment.every(Override), key=lambda one: one.name)
    return tuple(LockedOverride(name=one.name, specifier=one.specifier, reason=one.reason) for one in overrides)


def asking_otherwise(lock: Lock, name: str) -> list[tuple[LockedPackage | LockedBuiltPackage | LockedWheel, str]]:
    """Return who asks for other versions of a package than count, and what is asked: `numpy>=2`."""
    return [
        (package, text)
        for package in lock.everything
        for text in package.overruled
        if needed_name(text) == name and any(needed_name(counted) == name for counted in package.requires)
    ]


def excluding(
    otherwise: list[tuple[LockedPackage | LockedBuiltPackage | LockedWheel, str]], version: str
) -> list[tuple[LockedPackage | LockedBuiltPackage | LockedWheel, str]]:
    """Return those who would not have taken the version that is there."""
    return [(package, text) for package, text in otherwise if not admits(_specifier(text), version)]


def stated(known: LockedBuiltPackage) -> tuple[str, ...]:
    """Return what a package that is built says that it needs, before the rules of a program counted."""
    ruled = {needed_name(text) for text in known.overruled}
    return tuple(sorted({*(one for one in known.requires if needed_name(one) not in ruled), *known.overruled}))


def unneeded_overrides(environment: Environment, lock: Lock) -> Iterator[Diagnostic]:
    """Yield a warning for each override that replaces nothing that would have stood in the way."""
    brought = {package.name: package.version for package in lock.provided}
    versions = brought | {package.name: package.version for package in lock.everything}
    for override in environment.every(Override):
        otherwise = asking_otherwise(lock, override.name)
        version = versions.get(override.name)
        if override.name in lock.replaced:
            continue
        if version is not None and not admits(override.specifier, version):
            yield _unasked(override, version)
        elif version is None or not otherwise:
            yield _unneeded(override, "no package asks for it", f"no other package asks for `{override.name}`")
        elif not excluding(otherwise, version):
            asking = ", ".join(sorted({package.name for package, _ in otherwise})[:3])
            label = f"{version} is what all who ask for it allow"
            yield _unneeded(override, label, f"nobody who asks for `{override.name}` excludes {version}: {asking}")


def _unasked(override: Override, version: str) -> Diagnostic:
    """Return the warning about an override of what a base brings, where nothing is installed that asks for it."""
    return Diagnostic(
        "unneeded-override",
        f"the override of `{override.name}` replaces nothing",
        (wrong(override.origin.of("version"), f"the base's {version} stays"),),
        notes=(f"neither the program nor a package that is installed asks for `{override.name}`",),
        helps=(f"`pip {override.name}` asks for it; or take the override out",),
        severity="warning",
    )


def _specifier(text: str) -> str:
    from packaging.requirements import Requirement

    return str(Requirement(text).specifier)


def _unneeded(override: Override, label: str, note: str) -> Diagnostic:
    return Diagnostic(
        "unneeded-override",
        f"nobody needs the override of `{override.name}`",
        (wrong(override.origin.of("version"), label),),
        notes=(note,),
        helps=(f"take it out; `pip {override.name}` with a version, or `constraints`, bounds what all allow",),
        severity="warning",
    )
