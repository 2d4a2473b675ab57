"""Locks environments: reads what is there, has what is missing chosen, writes it. Several are locked side by side."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from envc.cli import loading
from envc.cli.loading import LOCK_FILE
from envc.cli.side_by_side import side_by_side
from envc.diagnostics import Report
from envc.lock.wishes import Wishes

if TYPE_CHECKING:
    from envc.lock.files import LockedFiles
    from envc.lock.resolution import Progress
    from envc.lock.world import World


class LockOptions(NamedTuple):
    """How to lock."""

    wishes: Wishes = Wishes()
    platforms: tuple[str, ...] = ()  # those of the old lock otherwise, else linux/amd64
    dry_run: bool = False
    offline: bool = False
    frozen: bool = False


Locked = dict[str, "LockedFiles"]  # by platform


def lock_all(programs: Sequence[loading.Loaded], options: LockOptions) -> list[Locked]:
    """Lock environments side by side. Raises the first Report, when all have ended; the others' locks are written."""
    if len(programs) == 1:
        return [lock_one(programs[0], options)]
    if options.frozen or all(_fresh_locks(loaded, options) is not None for loaded in programs):
        return [lock_one(loaded, options) for loaded in programs]
    from envc.cli.progress import working

    def lock(loaded: loading.Loaded) -> Locked:
        name = loaded.environment.name
        return lock_one(loaded, options, lambda step: progress(f"{name}: {step}"))

    with working(f"locking {', '.join(loaded.environment.name for loaded in programs)}") as progress:
        return side_by_side([partial(lock, loaded) for loaded in programs])


def lock_one(loaded: loading.Loaded, options: LockOptions, progress: Progress | None = None) -> Locked:
    """Lock an environment on its platforms and write the lock. Raises a Report; then the old lock is untouched."""
    from envc.sources.waiting import alone

    shown = f"{loaded.places.lock}/{LOCK_FILE}"
    if (fresh := _fresh_locks(loaded, options)) is not None:
        return _say_fresh(loaded, fresh, shown)
    if options.frozen:
        for platform in options.platforms or (None,):
            loading.fresh_lock(loaded._replace(platform=platform))
    if loaded.memory:
        loaded.memory.forget()  # what is chosen now is not to be repeated
    from envc.resolvers.pip_tools.environment import user_cache

    cache = user_cache(os.environ)
    with alone(loaded.lock_folder, cache, lambda holder: _say_waiting(shown, holder)):
        if (fresh := _fresh_locks(loaded, options)) is not None:  # whoever was waited for has made it
            return _say_fresh(loaded, fresh, shown)
        old = _old_locks(loaded)
        if progress is not None:
            return _choose_and_write(loaded, options, old, cache, progress)
        from envc.cli.progress import working

        with working(f"locking {loaded.environment.name}") as own_progress:
            return _choose_and_write(loaded, options, old, cache, own_progress)


def _say_fresh(loaded: loading.Loaded, fresh: Locked, shown: str) -> Locked:
    if loaded.memory:
        loaded.memory.say("stderr", f"{shown} is fresh\n")
    else:
        sys.stderr.write(f"{shown} is fresh\n")
    return fresh


def _fresh_locks(loaded: loading.Loaded, options: LockOptions) -> Locked | None:
    """Return the locks when there is nothing to do. Raises a Report when local data have other bytes than before."""
    from envc.lock.artifacts import check_artifacts
    from envc.lock.freshness import is_fresh

    if options.wishes.any:
        return None
    try:
        old = loading.read_platforms(loaded)
    except Report:
        return None  # `_old_locks` says what is wrong
    wanted = options.platforms or tuple(old)
    if not wanted or not all(name in old and is_fresh(loaded.environment, old[name].lock) for name in wanted):
        return None
    measured = loading.measure_artifacts(loaded)
    for name in wanted:
        check_artifacts(loaded.environment, old[name].lock, measured)
    return old


def _old_locks(loaded: loading.Loaded) -> Locked:
    """Return the old locks; a damaged one is as good as none, and is said to be."""
    try:
        return loading.read_platforms(loaded)
    except Report as report:
        from envc.cli.console import show

        show(one._replace(severity="warning", helps=()) for one in report.diagnostics)
        return {}


def _choose_and_write(
    loaded: loading.Loaded, options: LockOptions, old: Locked, cache: Path, progress: Progress
) -> Locked:
    from envc.cli.lock_report import say_changes, say_lock
    from envc.lock.choose import choose
    from envc.lock.files import write
    from envc.lock.freshness import is_fresh
    from envc.lock.wishes import refuse_unknown
    from envc.sources.waiting import alone
    from envc.sources.writing import write_folder

    environment = loaded.environment
    world = _world(loaded, options, cache, progress)
    locked = dict(old)
    for platform in options.platforms or tuple(old) or (loading.PLATFORM,):
        before = old.get(platform)
        refuse_unknown(options.wishes, environment, before)
        if options.wishes.any or before is None or not is_fresh(environment, before.lock):
            locked[platform] = choose(environment, platform, world, before, options.wishes)
    if options.dry_run:
        say_changes(old, locked)
        return locked
    # a program in a folder has its lock within the folder of another's, which is put in place whole
    with alone(loaded.project.root / "lockfiles", cache, lambda _: None):
        write_folder(loaded.lock_folder, write(locked.values()), loaded.places.lock)
    say_lock(loaded, old, locked)
    return locked


def _world(loaded: loading.Loaded, options: LockOptions, cache: Path, progress: Progress) -> World:
    """Return what choices are made from, and say what is doubtful about the program."""
    from envc.cli.console import show
    from envc.knowledge.library import Library
    from envc.lock.doubts import doubts
    from envc.lock.python import end_of_python
    from envc.lock.world import World
    from envc.resolvers.indexes import index_addresses
    from envc.resolvers.offline import OfflineImages, OfflineResolver
    from envc.resolvers.pip_tools import PipTools, settings_of_this_machine
    from envc.resolvers.registry import Registry

    library = Library()
    show([*end_of_python(loaded.environment, library), *doubts(loaded.environment, library)])
    measured = loading.measure_artifacts(loaded)
    addresses = index_addresses(library, os.environ)
    if options.offline:
        return World(library, OfflineResolver(), OfflineImages(), measured, addresses, progress)
    resolver = PipTools(cache, settings_of_this_machine(), warn=lambda warning: show([warning]))
    return World(library, resolver, Registry(), measured, addresses, progress)


def _say_waiting(shown: str, holder: int | None) -> None:
    who = f"process {holder}" if holder else "another process"
    sys.stderr.write(f"waiting: {who} is locking {shown}\n")
