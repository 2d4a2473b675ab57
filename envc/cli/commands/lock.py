"""Choose every version once: Python, base image by digest, packages with hashes, data by checksum.

What an older lock chose stays where it still fits. With a fresh lock there is nothing to do. Without a program, every
program of the current folder is locked. The lock lies under lockfiles/ in the project; commit it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from envc.cli import loading, lock_reading, program_options
from envc.cli.choosing import LockOptions
from envc.cli.index_secrets import given_secrets, refuse_unknown_secrets, secret_argument
from envc.cli.locking import lock_all
from envc.diagnostics import Diagnostic, Report
from envc.lock.machines import MACHINES
from envc.lock.wishes import KINDS, wishes_of
from envc.resolvers.choice import RESOLVERS


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("program", nargs="?", type=Path, help="the program, train.env")
    parser.add_argument(
        "environment", nargs="*", help="some of its environments; the one with the file's name otherwise"
    )
    parser.add_argument("--all", action="store_true", help="every environment of the program, or of every program")
    parser.add_argument("--root", type=Path, help="the project's root; the nearest folder with lockfiles/ otherwise")
    program_options.set_argument(parser)
    parser.add_argument("--upgrade", action="store_true", help="choose anew; packages that are `pinned` stay")
    parser.add_argument(
        "--only",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help=f"choose anew only these: packages by name, or {', '.join(KINDS)}",
    )
    parser.add_argument(
        "--platform",
        action="append",
        default=[],
        choices=sorted(MACHINES),
        help=f"what the image runs on, once or more; those of the lock otherwise, {lock_reading.PLATFORM} at first",
    )
    parser.add_argument("--resolver", choices=RESOLVERS, help="what chooses packages; a fresh lock stays")
    secret_argument(parser)
    parser.add_argument("--dry-run", action="store_true", help="print what would change and write nothing")
    parser.add_argument("--offline", action="store_true", help="reach no index and no registry")
    parser.add_argument("--frozen", action="store_true", help="choose nothing: a missing or stale lock is an error")
    parser.add_argument("--json", action="store_true", help="print the locks as JSON")


def run(options: argparse.Namespace) -> int:
    """Lock the program, or every program of the folder."""
    programs = [options.program] if options.program else _programs_here()
    names = None if options.all else options.environment or [None]
    values = program_options.build_arguments(options.values, "--set")
    memory = options.memory if options.program else None  # else another program of the folder may come
    if memory is None:
        options.memory.forget()
    try:
        loaded = [
            one
            for program in programs
            for one in loading.load_environments(program, names, options.root, values, memory)
        ]
    except Report as report:
        if options.offline or options.frozen:
            raise
        from envc.cli.branch_commits import with_commits

        raise with_commits(report) from None
    secrets = given_secrets(options.secret)
    refuse_unknown_secrets(secrets, (one.environment for one in loaded))
    how = LockOptions(
        wishes=wishes_of(options.upgrade, tuple(options.only)),
        platforms=tuple(dict.fromkeys(options.platform)),
        dry_run=options.dry_run,
        offline=options.offline,
        frozen=options.frozen,
        resolver=options.resolver,
        secrets=tuple(secrets.items()),
    )
    locked = lock_all(loaded, how)
    if options.json:
        for one in locked:
            content = {platform: files.lock.model_dump(mode="json") for platform, files in sorted(one.items())}
            options.memory.say("stdout", json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    if not any(one.environment.warnings for one in loaded):
        options.memory.keep()
    return 0


def _programs_here() -> list[Path]:
    found = sorted(
        path
        for pattern in ("*.env", "*.envc")
        for path in Path().glob(pattern)
        if path.is_file() and path.stem and not _holds_modules_only(path)
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


def _holds_modules_only(path: Path) -> bool:
    """Say whether a file is there for others to `use`. What cannot be read or parsed is said when it is locked."""
    from envc.sources.program import read_program
    from envc.syntax.parse import parse

    try:
        source = read_program(path, path.as_posix())
        words = {item.word for item in parse(source).items} if "module" in source.text else {"env"}
    except Report:
        return False
    return "module" in words and "env" not in words
