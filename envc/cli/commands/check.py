"""Check environments of a program: its syntax, its words, and whether the locks are fresh.

Prints nothing when all is well. Exit code 1 when something is wrong.
"""

from __future__ import annotations

import argparse

from envc.cli import loading, lock_reading, program_options, several


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    program_options.environments_arguments(parser)
    parser.add_argument("--frozen", action="store_true", help="a missing or stale lock is an error")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(options: argparse.Namespace) -> int:
    """Check the program."""
    found: dict[str, object] = {}

    def check(loaded: loading.Loaded) -> bool:
        found.update(environments=[one.name for one in loaded.meaning.environments], edition=loaded.meaning.edition)
        well = not loaded.environment.warnings
        if options.frozen:
            lock_reading.fresh_lock(loaded)
            return well
        return _look_at_lock(loaded) and well

    outcomes = several.for_each(options, check)
    if options.json and found:
        import json

        options.memory.say("stdout", json.dumps(found, indent=2) + "\n")
    several.say_failures(outcomes)
    if all(one.result for one in outcomes):
        options.memory.keep()
    return several.exit_code_of(outcomes)


def _look_at_lock(loaded: loading.Loaded) -> bool:
    """Warn of a stale lock; where there is none, see whether the asked builds exist at all. Return False if warned."""
    locked = lock_reading.read_lock(loaded)
    if locked is None:
        from envc.knowledge.library import Library
        from envc.language.facets import Interpreter
        from envc.lock.accelerator import choose_builds
        from envc.lock.base import choose_base
        from envc.lock.listed import settled

        library = Library()
        for platform in ("linux/amd64", *(name for name, _ in loaded.environment.variants)):
            environment = loaded.environment.on(platform)
            python = environment.one(Interpreter)
            choose_builds(settled(environment, python.version if python else None, platform), library)
            choose_base(environment, platform, library)
        return True
    from envc.lock.freshness import is_fresh, stale_lock

    environment = loaded.environment.on(locked.lock.platform)
    if is_fresh(environment, locked.lock):
        return True
    from envc.cli.console import show

    stale = stale_lock(environment, locked.lock, loaded.source.path, f"{loaded.places.lock}/lock.json")
    show([stale._replace(severity="warning")])
    return False
