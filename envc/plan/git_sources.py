"""Sources of git repositories, as the lock has them."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.outside_facets import GitSource
from envc.lock.model import Lock
from envc.plan.program_parts import PlannedGitSource


def git_sources_of(environment: Environment, lock: Lock) -> tuple[PlannedGitSource, ...]:
    """Return the sources, sorted by name."""
    locked = {one.name: one for one in lock.sources}
    return tuple(
        PlannedGitSource(
            name=facet.name,
            address=facet.address,
            commit=locked[facet.name].commit,
            tree=locked[facet.name].tree,
            submodules=tuple(sorted(locked[facet.name].submodules)),
            partial=bool(locked[facet.name].left_out),
            path=facet.path,
        )
        for facet in sorted(environment.every(GitSource), key=lambda facet: facet.name)
    )
