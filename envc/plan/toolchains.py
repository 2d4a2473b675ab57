"""Toolchains, as the lock has them."""

from __future__ import annotations

from envc.lock.model import Lock
from envc.plan.program_parts import PlannedToolchain


def toolchains_of(lock: Lock) -> tuple[PlannedToolchain, ...]:
    """Return the toolchains, sorted by name."""
    return tuple(
        PlannedToolchain(
            name=one.name,
            image=one.image.reference,
            paths=one.paths,
            programs=one.programs,
            variables=tuple(sorted(one.variables.items())),
            links=tuple(sorted(one.links.items())),
        )
        for one in lock.toolchains
    )
