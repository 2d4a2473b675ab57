"""What is worth a warning about the system packages of a lock that was just made."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Label
from envc.language.environment import Environment
from envc.lock.locked_system import LockedDistribution
from envc.lock.model import Lock
from envc.lock.system import places_of


def system_doubts(environment: Environment, lock: Lock) -> Iterator[Diagnostic]:
    """Yield a warning where versions are not pinned, and one where nobody keeps the versions that are."""
    unpinned = [one for one in lock.distributions if one.listing is None]
    passing = [one for one in lock.distributions if one.listing and not one.snapshot and _fetched(lock, one)]
    if unpinned:
        yield Diagnostic(
            "unpinned-system-packages",
            "the lock has no versions of system packages",
            _labels(environment, unpinned),
            notes=tuple(dict.fromkeys(one.reason for one in unpinned)),
            helps=("`envc lock --upgrade` where a registry and the distribution's archive answer pins them",),
            severity="warning",
        )
    if passing:
        names = " and ".join(dict.fromkeys(f"{one.name} {one.release}" for one in passing))
        yield Diagnostic(
            "archive-without-snapshot",
            f"the locked system packages can be had for as long as the archive of {names} keeps them",
            _labels(environment, passing),
            notes=("no snapshot of the archive answers, so the lock names the versions of today",),
            helps=("lock where the archive's snapshots can be reached, and builds work for years",),
            severity="warning",
        )


def _fetched(lock: Lock, distribution: LockedDistribution) -> bool:
    return any(one.archive for one in lock.system if one.stage == distribution.stage)


def _labels(environment: Environment, distributions: list[LockedDistribution]) -> tuple[Label, ...]:
    found = {
        (name, place)
        for one in distributions
        for name, place in places_of(environment, one.stage).items()
        if name in one.asked
    }
    # compilers that nobody asks for by name come because of one place
    return tuple(Label(place, primary=True) for place in dict.fromkeys(place for _, place in sorted(found)))
