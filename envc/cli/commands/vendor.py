"""Collect all that a build fetches into a folder: wheels, system packages, images, tools and data by address.

`envc build PROGRAM --from FOLDER` then builds without a network. A folder of an older lock is completed: what it has by
checksum is not fetched again, and what the lock no longer needs goes. The lock must be fresh.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from envc.cli import compiling, loading, lock_reading, program_options
from envc.cli.index_secrets import given_secrets, refuse_unknown_secrets, secret_argument

if TYPE_CHECKING:
    from envc.lock.vendor_record import VendorRecord


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    program_options.program_arguments(parser)
    program_options.frozen_argument(parser)
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="the folder that is filled")
    secret_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the folder's record as JSON")


def run(options: argparse.Namespace) -> int:
    """Fill the folder."""
    from envc.cli.progress import working
    from envc.cli.vendoring import fill

    loaded = loading.load(options)
    secrets = given_secrets(options.secret)
    refuse_unknown_secrets(secrets, [loaded.environment])
    locked = lock_reading.fresh_lock(loaded)
    compiled = compiling.compile_loaded(loaded, locked, {})
    with working(f"vendoring {loaded.environment.name}") as progress:
        record = fill(loaded, locked, compiled.plan, options.to, progress, secrets)
    if options.json:
        from envc.cli.console import write_json

        write_json({"folder": options.to.as_posix(), **record.model_dump(mode="json")})
    else:
        _show(record, options)
    return 0


def _show(record: VendorRecord, options: argparse.Namespace) -> None:
    """Say what lies in the folder, and what to do with it."""
    from shlex import join

    from envc.cli.console import say
    from envc.cli.sizes import size_text

    kinds: dict[str, list[int]] = {}
    for path, file in record.files.items():
        kinds.setdefault(path.partition("/")[0], []).append(file.size)
    say(
        f"{options.to.as_posix()} has all that a build of {record.environment} on {record.platform} fetches",
        style="bold",
    )
    for kind, sizes in sorted(kinds.items()):
        say(f"{size_text(sum(sizes)):>9}  {kind}, {len(sizes)} {'file' if len(sizes) == 1 else 'files'}")
    say(f"{size_text(sum(map(sum, kinds.values()))):>9}  in all")
    words = ["envc", "build", options.program.as_posix(), *([options.environment] if options.environment else [])]
    words += ["--platform", options.platform] if options.platform else []
    words += [word for value in options.values for word in ("--set", value)]
    say(f"next: {join([*words, '--from', options.to.as_posix()])}")
