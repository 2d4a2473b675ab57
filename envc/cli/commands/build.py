"""Build images: check, compile, write the files, and build with the engine that answers.

Without an engine the files are written all the same, and one line says that no image was made. The image gets the name
<environment>:<first 12 digits of the reproducibility hash>. Without --lock, a missing or stale lock is an error.
Several environments are built one after the other, so that what they share is made once; one that fails stops no other.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from envc.cli import compiling, loading, lock_reading, program_options, several
from envc.cli.index_secrets import given_secrets, refuse_unknown_secrets, secret_argument

if TYPE_CHECKING:
    from envc.cli.build_report import Made
    from envc.engines.protocol import Engine
    from envc.lock.files import LockedFiles


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    program_options.environments_arguments(parser)
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="a build argument's value")
    locking = parser.add_mutually_exclusive_group()
    locking.add_argument("--lock", action="store_true", help="lock first, when the lock is missing or stale")
    locking.add_argument("--frozen", action="store_true", help="never lock; so it is without --lock, too")
    parser.add_argument(
        "--engine", help="the engine to build with, docker; then it is an error when it does not answer"
    )
    parser.add_argument("--tag", action="append", default=[], metavar="NAME", help="a further name for the one image")
    parser.add_argument(
        "--from",
        dest="vendored",
        type=Path,
        metavar="FOLDER",
        help="build without network from what `envc vendor` made",
    )
    secret_argument(parser)
    parser.add_argument("--no-cache", action="store_true", help="run every step again")
    parser.add_argument("--json", action="store_true", help="print image, layers, steps and hashes as JSON")


def run(options: argparse.Namespace) -> int:
    """Build the images."""
    from functools import cache

    from envc.cli import build_report
    from envc.cli.building import engine_named

    if options.tag and several.are_asked(options):
        sys.stderr.write("envc: --tag names one image, and several are built\n")
        return 2
    engine = cache(lambda: engine_named(options.engine or ("docker" if options.vendored else None)))
    outcomes = several.for_each(options, lambda loaded: _make(loaded, engine, options), headings=True)
    if options.json:
        from envc.cli.console import write_json

        write_json(several.as_json(outcomes, build_report.as_json, options))
    elif several.are_asked(options):
        build_report.show_table(outcomes, options)
    else:
        build_report.show(outcomes[0].result, options)
    several.say_failures(outcomes)
    return several.exit_code_of(outcomes)


def _make(loaded: loading.Loaded, engine: Callable[[], Engine | None], options: argparse.Namespace) -> Made:
    from envc.cli.build_report import Made
    from envc.cli.building import build, build_vendored
    from envc.sources.outputs import write_outputs

    started = time.monotonic()
    refuse_unknown_secrets(given_secrets(options.secret), [loaded.environment])
    locked = _lock(loaded, options)
    compiled = compiling.compile_loaded(loaded, locked, program_options.build_arguments(options.arg))
    write_outputs(loaded.output_folder, compiled.files, loaded.places.output)
    one = engine()
    if one is None:
        built = None
    elif options.vendored:
        built = build_vendored(one, loaded, locked, compiled, options)
    else:
        built = build(one, loaded, compiled, options)
    return Made(loaded, compiled, built, time.monotonic() - started)


def _lock(loaded: loading.Loaded, options: argparse.Namespace) -> LockedFiles:
    if not options.lock:
        return lock_reading.fresh_lock(loaded)
    from envc.cli.choosing import LockOptions
    from envc.cli.locking import lock_one

    secrets = tuple(given_secrets(options.secret).items())
    platforms = (loaded.platform,) if loaded.platform else ()
    locked = lock_one(loaded, LockOptions(platforms=platforms, secrets=secrets))
    return locked[loaded.platform or lock_reading.default_platform(locked)]
