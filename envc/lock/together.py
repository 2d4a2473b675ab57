"""The way from environments to their locks: one environment, or those of a group, on one platform."""

from __future__ import annotations

from collections.abc import Sequence

from envc.language.environment import Environment
from envc.lock.choose import build_tools_of, finish, prepare
from envc.lock.files import LockedFiles
from envc.lock.group import resolve_together
from envc.lock.group_releases import with_common_releases
from envc.lock.wishes import Wishes
from envc.lock.world import World


def choose_together(
    environments: Sequence[Environment],
    platform: str,
    worlds: Sequence[World],
    olds: Sequence[LockedFiles | None],
    wishes: Wishes,
) -> list[LockedFiles]:
    """Choose everything that environments need, each from its own world: its program says where indexes are.

    What an older lock chose stays where it still fits. Raises a Report where there is no answer or the world failed.
    """
    prepared = [
        prepare(environment, platform, world, old, wishes)
        for environment, world, old in zip(environments, worlds, olds, strict=True)
    ]
    prepared = with_common_releases(prepared, olds, worlds, wishes)
    resolutions = resolve_together(prepared, worlds[0])
    return [
        finish(one, resolution, build_tools_of(one, resolution, world, old))
        for one, resolution, world, old in zip(prepared, resolutions, worlds, olds, strict=True)
    ]
