"""Choose every version once: Python, base image by digest, packages with hashes, data by checksum.

What an older lock chose stays where it still fits. With a fresh lock there is nothing to do. Without a program, every
program of the current folder is locked. The lock lies under lockfiles/ in the project; commit it.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from envc.cli import loading
from envc.cli.loading import LOCK_FILE
from envc.diagnostics import Diagnostic, Report
from envc.language.environment import Environment
from envc.language.facets import Artifact
from envc.lock.artifacts import MeasuredArtifact
from envc.lock.files import LockedFiles
from envc.lock.freshness import is_fresh
from envc.lock.model import MACHINES
from envc.resolvers.choice import RESOLVERS

PLATFORM = "linux/amd64"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("program", nargs="?", type=Path, help="the program, train.env")
    parser.add_argument(
        "environment", nargs="?", help="one of its environments; the one with the file's name otherwise"
    )
    parser.add_argument("--root", type=Path, help="the project's root; the nearest folder with lockfiles/ otherwise")
    lock_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the lock as JSON")


def lock_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that say how to lock."""
    parser.add_argument("--upgrade", action="store_true", help="choose anew; packages that are `pinned` stay")
    parser.add_argument("--platform", choices=sorted(MACHINES), help=f"what the image runs on; {PLATFORM} otherwise")
    parser.add_argument(
        "--resolver",
        choices=RESOLVERS,
        help="what chooses packages; pip-tools otherwise",
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would change and write nothing")


def run(options: argparse.Namespace) -> int:
    """Lock the program, or every program of the folder."""
    programs = [options.program] if options.program else _programs_here()
    for program in programs:
        loaded = loading.load_program(program, options.environment, options.root)
        locked = lock_loaded(loaded, options)
        if options.json:
            from envc.cli.console import write_json

            write_json(locked.lock.model_dump(mode="json"))
    return 0


def _programs_here() -> list[Path]:
    found = sorted(
        path for pattern in ("*.env", "*.envc") for path in Path().glob(pattern) if path.is_file() and path.stem
    )
    if not found:
        raise Report(
            [
                Diagnostic(
                    "no-such-program", "there is no program in this folder", helps=("name one: envc lock train.env",)
                )
            ]
        )
    return found


def lock_loaded(loaded: loading.Loaded, options: argparse.Namespace) -> LockedFiles:
    """Lock an environment and write the lock. Raises a Report; then the old lock is untouched."""
    from envc.resolvers.pip_tools.environment import user_cache
    from envc.sources.waiting import alone

    shown = f"{loaded.places.lock}/{LOCK_FILE}"
    cache = user_cache(os.environ)
    with alone(loaded.lock_folder, cache, lambda holder: _say_waiting(shown, holder)):
        old = _old_lock(loaded)
        platform = options.platform or (old.lock.platform if old else PLATFORM)
        measured = loading.measure_artifacts(loaded)
        if old and not options.upgrade and old.lock.platform == platform and is_fresh(loaded.environment, old.lock):
            from envc.lock.artifacts import check_artifacts

            check_artifacts(loaded.environment, old.lock, measured)
            sys.stderr.write(f"{shown} is fresh\n")
            return old
        return _choose_and_write(loaded, options, old, platform, measured, cache)


def _choose_and_write(  # what `lock_loaded` has found out
    loaded: loading.Loaded,
    options: argparse.Namespace,
    old: LockedFiles | None,
    platform: str,
    measured: dict[str, MeasuredArtifact],
    cache: Path,
) -> LockedFiles:
    from envc.cli.console import say, show
    from envc.cli.progress import working
    from envc.knowledge.library import Library
    from envc.lock.choose import choose
    from envc.lock.doubts import doubts
    from envc.lock.files import write
    from envc.lock.python import end_of_python
    from envc.lock.world import World
    from envc.resolvers.choice import make_resolver, resolver_name
    from envc.resolvers.indexes import index_addresses
    from envc.resolvers.pip_tools.settings import settings_of_this_machine
    from envc.resolvers.registry import Registry
    from envc.sources.waiting import alone
    from envc.sources.writing import write_folder

    library = Library()
    resolver_asked = resolver_name(options.resolver, loaded.project.root)
    warnings: list[Diagnostic] = [*end_of_python(loaded.environment, library), *doubts(loaded.environment, library)]
    with working(f"locking {loaded.environment.name}") as progress:
        resolver = make_resolver(resolver_asked, cache, settings_of_this_machine(), warnings.append)
        world = World(library, resolver, Registry(), measured, index_addresses(library, os.environ), progress)
        locked = choose(loaded.environment, platform, world, old, upgrade=options.upgrade)
    show(warnings)
    if options.dry_run:
        _show_changes(old, locked)
        return locked
    # a program in a folder has its lock within the folder of another's, which is put in place whole
    with alone(loaded.project.root / "lockfiles", cache, lambda _: None):
        write_folder(loaded.lock_folder, write(locked), loaded.places.lock)
    say(f"wrote {loaded.places.lock}/", style="bold")
    _show_changes(old, locked)
    for line in _reasons(loaded.environment, locked):
        say(f"  {line}")
    return locked


def _old_lock(loaded: loading.Loaded) -> LockedFiles | None:
    """Return the old lock; a damaged one is as good as none, and is said to be."""
    try:
        return loading.read_lock(loaded)
    except Report as report:
        from envc.cli.console import show

        show(one._replace(severity="warning", helps=()) for one in report.diagnostics)
        return None


def _reasons(environment: Environment, locked: LockedFiles) -> list[str]:
    lock = locked.lock
    lines = [f"base {lock.base.repository}:{lock.base.tag}: {lock.base.reason}; digest from {lock.base.digest_from}"]
    lines.append(lock.python.reason)
    if lock.accelerator:
        lines.append(lock.accelerator.reason)
    if lock.packages:
        lines.append(f"{len(lock.packages)} {'package' if len(lock.packages) == 1 else 'packages'}, by {lock.resolver}")
    outputs = {facet.name for facet in environment.every(Artifact) if facet.writable}
    unmeasured = [one.name for one in lock.artifacts if one.sha256 is None and one.name not in outputs]
    if unmeasured:
        lines.append(f"nothing is known of the bytes of {', '.join(unmeasured)}: they are not here to be read")
    return lines


def _show_changes(old: LockedFiles | None, new: LockedFiles) -> None:
    from envc.cli.console import say
    from envc.plan.difference import lock_changes

    if old is None:
        return
    changes = lock_changes(old, new)
    for change in changes:
        say(f"  {change.text}")
    if not changes:
        say("  nothing changes")


def _say_waiting(shown: str, holder: int | None) -> None:
    who = f"process {holder}" if holder else "another process"
    sys.stderr.write(f"waiting: {who} is locking {shown}\n")
