"""Check a program: its syntax, its words, and whether its lock is fresh.

Prints nothing when all is well. Exit code 1 when something is wrong.
"""

from __future__ import annotations

import argparse

from envc.cli import loading
from envc.lock.freshness import is_fresh, stale_lock


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    loading.program_arguments(parser)
    parser.add_argument("--frozen", action="store_true", help="a missing or stale lock is an error")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(options: argparse.Namespace) -> int:
    """Check the program."""
    loaded = loading.load(options)
    if options.frozen:
        loading.fresh_lock(loaded)
    else:
        _look_at_lock(loaded)
    if options.json:
        from envc.cli.console import write_json

        write_json(
            {"environments": [one.name for one in loaded.meaning.environments], "edition": loaded.meaning.edition}
        )
    return 0


def _look_at_lock(loaded: loading.Loaded) -> None:
    """Warn of a stale lock; where there is none, see whether the asked builds exist at all."""
    locked = loading.read_lock(loaded)
    if locked is None:
        from envc.knowledge.library import Library
        from envc.lock.accelerator import choose_builds
        from envc.lock.base import choose_base

        library = Library()
        choose_builds(loaded.environment, library)
        choose_base(loaded.environment, "linux/amd64", library)
    elif not is_fresh(loaded.environment, locked.lock):
        from envc.cli.console import show

        stale = stale_lock(loaded.environment, locked.lock, loaded.source.path, f"{loaded.places.lock}/lock.json")
        show([stale._replace(severity="warning")])
