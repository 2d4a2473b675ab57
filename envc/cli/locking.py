"""Locks environments: reads what is there, has what is missing chosen, writes it. Several are locked side by side."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from envc.cli import compiling, loading, lock_reading
from envc.cli.choosing import LockOptions, Unit, choose_unit, world_of
from envc.cli.lock_reading import LOCK_FILE
from envc.cli.side_by_side import side_by_side
from envc.diagnostics import Diagnostic, Report

if TYPE_CHECKING:
    from envc.lock.files import LockedFiles
    from envc.lock.moved_pins import MovedPin
    from envc.lock.resolution import Progress


Locked = dict[str, "LockedFiles"]  # by platform


def lock_all(programs: Sequence[loading.Loaded], options: LockOptions) -> list[Locked]:
    """Lock environments side by side, each with its group. Raises one Report of all that failed, when all have ended.

    The locks of those that did not fail are written.
    """
    units = units_of(programs)
    if len(units) == 1 or options.frozen or all(_fresh_unit(unit, options) for unit in units):
        return [locked for unit in units for locked in lock_together(unit, options)]
    from envc.cli.progress import working

    def lock(unit: Unit) -> list[Locked]:
        name = ", ".join(loaded.environment.name for loaded in unit)
        return lock_together(unit, options, lambda step: progress(f"{name}: {step}"))

    with working(f"locking {', '.join(loaded.environment.name for unit in units for loaded in unit)}") as progress:
        return [locked for unit in side_by_side([partial(lock, unit) for unit in units]) for locked in unit]


def units_of(programs: Sequence[loading.Loaded]) -> list[Unit]:
    """Return the environments with those of their groups, each once, in order."""
    units: list[Unit] = []
    seen = set()
    for loaded in programs:
        if loaded.lock_folder not in seen:
            unit = loading.with_group(loaded)
            seen |= {one.lock_folder for one in unit}
            units.append(unit)
    return units


def lock_one(loaded: loading.Loaded, options: LockOptions) -> Locked:
    """Lock an environment, and those of its group with it; return its own lock. Raises a Report."""
    unit = loading.with_group(loaded)
    position = [one.environment.name for one in unit].index(loaded.environment.name)
    return lock_together(unit, options)[position]


def lock_together(unit: Unit, options: LockOptions, progress: Progress | None = None) -> list[Locked]:
    """Lock environments on their platforms and write the locks. Raises a Report; then the old locks are untouched."""
    from envc.sources.waiting import alone

    if fresh := _fresh_unit(unit, options):
        return _say_fresh(unit, fresh)
    if options.frozen:
        for loaded in unit:
            for platform in options.platforms or (None,):
                lock_reading.fresh_lock(loaded._replace(platform=platform))
    for loaded in unit:
        if loaded.memory:
            loaded.memory.forget()  # what is chosen now is not to be repeated
    from envc.resolvers.pip_tools.environment import user_cache

    cache = user_cache(os.environ)
    with ExitStack() as stack:
        for loaded in sorted(unit, key=lambda loaded: loaded.lock_folder):
            shown = f"{loaded.places.lock}/{LOCK_FILE}"
            stack.enter_context(alone(loaded.lock_folder, cache, partial(_say_waiting, shown)))
        if fresh := _fresh_unit(unit, options):  # whoever was waited for has made it
            return _say_fresh(unit, fresh)
        if progress is None:
            from envc.cli.progress import working

            names = ", ".join(loaded.environment.name for loaded in unit)
            progress = stack.enter_context(working(f"locking {names}"))
        return _choose_and_write(unit, options, cache, progress)


def _fresh_unit(unit: Unit, options: LockOptions) -> list[Locked] | None:
    """Return the locks when there is nothing to do for any of the environments."""
    found = [_fresh_locks(loaded, options) for loaded in unit]
    fresh = [locked for locked in found if locked is not None]
    return fresh if len(fresh) == len(found) else None


def _say_fresh(unit: Unit, fresh: list[Locked]) -> list[Locked]:
    for loaded in unit:
        text = f"{loaded.places.lock}/{LOCK_FILE} is fresh\n"
        if loaded.memory:
            loaded.memory.say("stderr", text)
        else:
            sys.stderr.write(text)
    return fresh


def _fresh_locks(loaded: loading.Loaded, options: LockOptions) -> Locked | None:
    """Return the locks when there is nothing to do. Raises a Report when local data have other bytes than before."""
    from envc.cli.remote_data import lacks_remote
    from envc.lock.artifacts import check_artifacts
    from envc.lock.freshness import is_fresh

    if options.wishes.any:
        return None
    try:
        old = lock_reading.read_platforms(loaded)
    except Report:
        return None  # `_old_locks` says what is wrong
    wanted = options.platforms or tuple(old)
    if not wanted or not all(name in old and is_fresh(loaded.environment.on(name), old[name].lock) for name in wanted):
        return None
    if not options.offline and any(lacks_remote(loaded.environment.on(name), old[name].lock) for name in wanted):
        return None
    measured = compiling.measure_artifacts(loaded)
    for name in wanted:
        check_artifacts(loaded.environment.on(name), old[name].lock, measured)
    return old


def _old_locks(loaded: loading.Loaded) -> Locked:
    """Return the old locks; a damaged one is as good as none, and is said to be."""
    try:
        return lock_reading.read_platforms(loaded)
    except Report as report:
        from envc.cli.console import show

        show(one._replace(severity="warning", helps=()) for one in report.diagnostics)
        return {}


def _choose_and_write(unit: Unit, options: LockOptions, cache: Path, progress: Progress) -> list[Locked]:
    from envc.cli.console import say, show
    from envc.cli.lock_report import say_base_changes, say_changes, say_lock
    from envc.lock.files import write
    from envc.sources.waiting import alone
    from envc.sources.writing import write_folder

    olds = [_old_locks(loaded) for loaded in unit]
    moved: list[MovedPin] = []
    worlds = [world_of(loaded, options, cache, progress)._replace(moved=moved.append) for loaded in unit]
    news = [dict(old) for old in olds]
    for platform in options.platforms or sorted({*chain(*olds)}) or (lock_reading.PLATFORM,):
        befores = [old.get(platform) for old in olds]
        for new, locked in zip(news, choose_unit(unit, platform, worlds, befores, options), strict=True):
            new[platform] = locked
    for loaded, old, new in zip(unit, olds, news, strict=True):
        show(_doubts(loaded, old, new))
        if options.dry_run:
            say_changes(old, new)
            say_base_changes(old, new, worlds[0])
            continue
        # a program in a folder has its lock within the folder of another's, which is put in place whole
        with alone(loaded.project.root / "lockfiles", cache, lambda _: None):
            write_folder(loaded.lock_folder, write(new.values()), loaded.places.lock)
        say_lock(loaded, old, new)
        say_base_changes(old, new, worlds[0])
    for one in dict.fromkeys(moved):
        say(f"  {one.text}")
    return news


def _doubts(loaded: loading.Loaded, old: Locked, new: Locked) -> list[Diagnostic]:
    """Return what is worth a warning about locks that were just made, each said once."""
    from envc.knowledge.library import Library
    from envc.lock.doubts import doubts_of_builds
    from envc.lock.git_sources import source_doubts
    from envc.lock.overrides import unneeded_overrides
    from envc.lock.replaced import replaced_doubts
    from envc.lock.routes import unused_indexes
    from envc.lock.system_doubts import system_doubts

    found: list[Diagnostic] = []
    for platform, locked in sorted(new.items()):
        if old.get(platform) != locked:
            environment = loaded.environment.on(platform)
            found += system_doubts(environment, locked.lock)
            found += doubts_of_builds(environment, locked.lock, Library())
            found += source_doubts(environment, locked.lock)
            found += unused_indexes(environment, locked.lock.names)
            found += unneeded_overrides(environment, locked.lock)
            found += replaced_doubts(environment, locked.lock)
    return list(dict.fromkeys(found))


def _say_waiting(shown: str, holder: int | None) -> None:
    who = f"process {holder}" if holder else "another process"
    sys.stderr.write(f"waiting: {who} is locking {shown}\n")
