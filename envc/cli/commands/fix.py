"""Mend what a program's mistakes say how to mend.

Edits that can only be meant are made; with --all each other one is shown and asked for: its number makes it, an empty
line leaves it. Exit code 1 when mistakes are left.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from envc.cli import fixing
from envc.cli.program_options import build_arguments, set_argument
from envc.diagnostics import Diagnostic, Fix, Source
from envc.sources.modules import ModulesBeside
from envc.sources.program import read_program


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("program", type=Path, help="the program, train.env")
    parser.add_argument(
        "--environment", help="whose parameters --set gives values; the one with the file's name otherwise"
    )
    set_argument(parser)
    parser.add_argument("--all", action="store_true", help="ask for each edit that is not certain")
    parser.add_argument("--diff", action="store_true", help="write nothing; print what would change")


def run(options: argparse.Namespace) -> int:
    """Mend the program. It is written once, at the end."""
    from envc.cli.console import show

    folder = options.program.parent
    modules = ModulesBeside(folder, folder.as_posix())
    values = build_arguments(options.values, "--set")
    reading = fixing.Reading(modules, values, options.program.stem, options.environment)
    before = read_program(options.program, options.program.as_posix())
    source, done = fixing.made_certain(before, reading)
    if options.all:
        source, asked = _ask(source, reading)
        done += asked
    for fix in done:
        sys.stderr.write(f"{fix.span.source.path}:{fix.span.source.locate(fix.span.start).line}: {fix.title}\n")
    _write(options, before, source)
    left = fixing.found_in(source, reading)
    show(left)
    return 1 if any(one.severity == "error" for one in left) else 0


def _write(options: argparse.Namespace, before: Source, after: Source) -> None:
    if after.text == before.text:
        return
    if options.diff:
        from envc.cli.commands.fmt import show_difference

        show_difference(before, after.text)
        return
    from envc.sources.writing import write_files

    write_files(options.program.parent, {options.program.name: after.text}, str(options.program))


def _ask(source: Source, reading: fixing.Reading) -> tuple[Source, list[Fix]]:
    """Ask for one mistake after the other; after each edit the program is looked at again."""
    from envc.cli.console import show

    done: list[Fix] = []
    left: set[tuple[str, str]] = set()
    while (one := _next(source, left, reading)) is not None:
        show([one])
        for number, fix in enumerate(one.fixes, start=1):
            sys.stderr.write(f"  {number}  {fix.title}\n")
        sys.stderr.write(f"which of them? 1-{len(one.fixes)}, or nothing: ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        sys.stderr.write("" if sys.stdin.isatty() else "\n")
        left.add((one.name, one.message))  # whatever the answer: nothing is asked twice
        if answer.strip().isdecimal() and 1 <= int(answer) <= len(one.fixes):
            fix = one.fixes[int(answer) - 1]
            done.append(fix)
            source, certain = fixing.made_certain(fixing.applied(source, [fix]), reading)
            done += certain
    return source, done


def _next(source: Source, left: set[tuple[str, str]], reading: fixing.Reading) -> Diagnostic | None:
    """Return the first mistake with an edit in this text that was not asked for yet."""
    for one in fixing.found_in(source, reading):
        own = tuple(fix for fix in one.fixes if fix.span.source == source)
        if own and (one.name, one.message) not in left:
            return one._replace(fixes=own)
    return None
