"""Chooses the packages of the distribution: for each stage, on the image that it begins with."""

from __future__ import annotations

from typing import NamedTuple

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import SystemPackage
from envc.lock.files import LockedFiles
from envc.lock.images import FoundImages
from envc.lock.model import LockedDistribution, LockedImage, LockedSystemPackage, Stage
from envc.lock.needs import inputs_of, needs_of
from envc.lock.repositories import (
    locked_repository,
    unlockable_repository,
    unusable_repository,
    wanted_repositories,
)
from envc.lock.system_packages import (
    NoSolution,
    NoVersions,
    SystemAnswer,
    SystemWish,
    UnknownNames,
    UnusableRepository,
)
from envc.lock.world import World

STAGES: tuple[Stage, ...] = ("builder", "inference")


class LockedSystem(NamedTuple):
    """Every package of the distribution, and for each stage with packages what they were chosen from."""

    packages: tuple[LockedSystemPackage, ...]  # sorted by name
    distributions: tuple[LockedDistribution, ...]


def lock_system(
    environment: Environment,
    images: FoundImages,
    platform: str,
    world: World,
    old: LockedFiles | None,
    *,
    upgrade: bool = False,
) -> LockedSystem:
    """Choose the versions. Those of an older lock stay while names and image are the same, unless `upgrade`.

    On the same image with other names they stay where they still fit. Raises a Report for names that do not exist and
    for packages that do not go together.
    """
    packages: list[LockedSystemPackage] = []
    distributions: list[LockedDistribution] = []
    for stage in STAGES:
        names = _names(environment, world, stage)
        if not names:
            continue
        image = stage_image(images.base, images.interpreter, stage)
        earlier = _earlier(old, image, platform, stage) if old else None
        same = earlier and earlier.distributions[0].asked == names
        if earlier and same and old:  # what comes from which repository is a need, too
            same = old.lock.inputs.get("system") == inputs_of(needs_of(environment)).get("system")
        if earlier and same and not upgrade:
            found = earlier
        else:
            wanted = wanted_repositories(environment, names, world)
            wish = SystemWish(image.repository, image.digest, platform, names, repositories=wanted)
            chosen = _choose(environment, wish, None if upgrade else earlier, stage, world)
            # what was known once stays when nobody answers today
            found = earlier if earlier and same and not chosen.distributions[0].listing else chosen
            if wanted and not found.distributions[0].listing:  # names alone cannot be built from a repository
                raise unlockable_repository(environment, wanted[0].name, found.distributions[0].reason)
        packages += found.packages
        distributions += found.distributions
    return LockedSystem(tuple(sorted(packages, key=lambda one: (one.name, one.stage))), tuple(distributions))


def stage_image(base: LockedImage, interpreter: LockedImage | None, stage: Stage) -> LockedImage:
    """Return the image that a stage begins with."""
    return interpreter if interpreter and stage == "builder" else base


def _names(environment: Environment, world: World, stage: Stage) -> tuple[str, ...]:
    names = {package.name for package in environment.every(SystemPackage)}
    return tuple(sorted(name for name in names if world.library.builder_only(name) == (stage == "builder")))


def _earlier(old: LockedFiles, image: LockedImage, platform: str, stage: Stage) -> LockedSystem | None:
    """Return what an older lock chose for a stage, if it has versions and the stage begins with the same image."""
    lock = old.lock
    known = tuple(one for one in lock.distributions if one.stage == stage and one.listing)
    same = stage_image(lock.base, lock.interpreter, stage).digest == image.digest and lock.platform == platform
    return LockedSystem(tuple(one for one in lock.system if one.stage == stage), known) if known and same else None


def _choose(
    environment: Environment, wish: SystemWish, earlier: LockedSystem | None, stage: Stage, world: World
) -> LockedSystem:
    if earlier:
        kept = tuple((one.name, one.version) for one in earlier.packages if one.version and one.archive)
        wish = wish._replace(kept=kept, snapshot=earlier.distributions[0].snapshot)
    unasked = NoVersions("nobody was asked")
    found = world.system.resolve(wish, world.progress) if world.system else unasked
    if isinstance(found, UnknownNames):
        raise _unknown(environment, found)
    if isinstance(found, NoSolution):
        raise _unsatisfiable(environment, wish, found)
    if isinstance(found, UnusableRepository):
        raise unusable_repository(environment, found)
    if isinstance(found, NoVersions):
        packages = tuple(LockedSystemPackage(name=name, stage=stage) for name in wish.names)
        reason = f"versions are not pinned: {found.reason}"
        return LockedSystem(packages, (LockedDistribution(stage=stage, asked=wish.names, reason=reason),))
    return _locked(found, wish, stage)


def _locked(found: SystemAnswer, wish: SystemWish, stage: Stage) -> LockedSystem:
    packages = tuple(
        LockedSystemPackage(
            name=one.name,
            stage=stage,
            version=one.version,
            architecture=one.architecture,
            asked=one.asked,
            archive=one.archive,
            path=one.path,
            sha256=one.sha256,
            size=one.size,
        )
        for one in found.packages
    )
    when = f"as at {found.snapshot}" if found.snapshot else "as the archives are now"
    distribution = LockedDistribution(
        stage=stage,
        asked=wish.names,
        name=found.distribution,
        release=found.release,
        sources=found.sources,
        keyring=found.keyring,
        snapshot=found.snapshot,
        listing=found.listing,
        reason=f"{found.resolver}, {when}",
        repositories=tuple(map(locked_repository, wish.repositories)),
    )
    return LockedSystem(packages, (distribution,))


def _unknown(environment: Environment, found: UnknownNames) -> Report:
    origins = {package.name: package.origin for package in environment.every(SystemPackage)}
    return Report(
        Diagnostic(
            "unknown-system-package",
            f"{found.where} has no package `{name}`",
            (wrong(origins[name].of("name")),),
            helps=(f"it has {_listed(near)}",) if near else (),
        )
        for name, near in found.names
    )


def _unsatisfiable(environment: Environment, wish: SystemWish, found: NoSolution) -> Report:
    facets = {package.name: package for package in environment.every(SystemPackage) if package.name in wish.names}
    telling = [one for name, one in sorted(facets.items()) if any(name in reason for reason in found.reasons)]
    labels = tuple(wrong(one.origin.of("name")) for one in telling or facets.values())
    message = "these system packages cannot be installed together on this base"
    return Report([Diagnostic("unsatisfiable-system-packages", message, labels, notes=found.reasons)])


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
