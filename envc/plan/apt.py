"""System packages, as the plan has them: names, and where the lock has versions, exactly what is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envc.lock.locked_system import LockedDistribution
from envc.lock.model import Lock
from envc.lock.system_packages import FROM_FILE
from envc.plan.system_parts import (
    AptPart,
    PlannedArchive,
    PlannedDistribution,
    PlannedSystemPackage,
    PlannedSystemRepository,
)


def snapshots_name(archive: str) -> str:
    """Return what the address of an archive's snapshots is called among the addresses of indexes."""
    return f"snapshots of {archive}"


def plan_apt(
    lock: Lock, addresses: Mapping[str, str], repositories: Mapping[str, str], files: Mapping[str, str]
) -> AptPart:
    """Return the system packages of a lock. `addresses` say by `snapshots_name` where the past of archives is kept.

    `repositories` are the addresses of those that the program names, `files` those of packages that come as files.
    """
    return AptPart(
        builder=tuple(one.name for one in lock.system if one.stage == "builder" and one.asked),
        inference=tuple(one.name for one in lock.system if one.stage == "inference" and one.asked),
        packages=tuple(_packages(lock, files)),
        distributions=tuple(
            distribution for one in lock.distributions if (distribution := _distribution(one, addresses, repositories))
        ),
    )


def _packages(lock: Lock, files: Mapping[str, str]) -> Iterator[PlannedSystemPackage]:
    """Yield what is to be installed: what the base has already is not."""
    for one in lock.system:
        if one.version and one.architecture and one.sha256:
            yield PlannedSystemPackage(
                name=one.name,
                stage=one.stage,
                version=one.version,
                architecture=one.architecture,
                sha256=one.sha256,
                address=files.get(one.name) if one.archive == FROM_FILE else None,
            )


def _distribution(
    locked: LockedDistribution, addresses: Mapping[str, str], repositories: Mapping[str, str]
) -> PlannedDistribution | None:
    if not (locked.name and locked.release and locked.keyring and locked.listing):
        return None
    return PlannedDistribution(
        stage=locked.stage,
        name=locked.name,
        release=locked.release,
        snapshot=locked.snapshot,
        archives=tuple(_archives(locked.sources, addresses)) if locked.snapshot else (),
        keyring=locked.keyring,
        listing=locked.listing,
        repositories=tuple(
            PlannedSystemRepository(
                name=one.name,
                address=repositories.get(one.name),
                suite=one.suite,
                components=one.components,
                key=one.key,
            )
            for one in locked.repositories
        ),
    )


def _archives(sources: tuple[str, ...], addresses: Mapping[str, str]) -> Iterator[PlannedArchive]:
    suites: dict[str, list[str]] = {}
    components: dict[str, tuple[str, ...]] = {}
    for source in sources:
        archive, suite, *rest = source.split()
        suites.setdefault(archive, []).append(suite)
        components[archive] = tuple(rest)
    for archive, names in suites.items():
        address = addresses.get(snapshots_name(archive))
        yield PlannedArchive(name=archive, suites=tuple(names), components=components[archive], address=address)
