"""Lay programs out in the one form.

Comments and the order of items stay; a program of more than one line that does
not name its edition of the language gets the line that does.
Of a folder all programs below it are taken. With --check nothing is written, and the exit code is 1 when a file would
change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from envc.diagnostics import Report, Source
from envc.sources.program import decode, read_program
from envc.syntax.edition import edition_line
from envc.syntax.format import format_program
from envc.syntax.parse import parse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("programs", nargs="+", help="files or folders to lay out; - reads stdin and writes stdout")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when a file would change")
    parser.add_argument("--diff", action="store_true", help="write nothing; print what would change")


def run(options: argparse.Namespace) -> int:
    """Format the programs. One that cannot be read stops no other."""
    from envc.cli.console import show_report

    changed, exit_code = [], 0
    for name in _files(options.programs):
        try:
            if _format(name, options):
                changed.append(name)
        except Report as report:  # noqa: PERF203  # one that is wrong stops no other
            show_report(report)
            exit_code = max(exit_code, report.exit_code)
    if options.check and changed:
        for name in changed:
            sys.stderr.write(f"would change: {name}\n")
        return max(exit_code, 1)
    return exit_code


def formatted(source: Source) -> str:
    """Return the text of a program in its one form, its edition named."""
    from envc.language.check import EDITION

    program = parse(source)
    return edition_line(program, EDITION) + format_program(program)


def _files(names: list[str]) -> Iterator[str]:
    from envc.sources.programs import programs_below

    for name in names:
        if name != "-" and Path(name).is_dir():
            yield from (path.as_posix() for path in programs_below(Path(name)))
        else:
            yield name


def _format(name: str, options: argparse.Namespace) -> bool:
    source = decode(sys.stdin.buffer.read(), "stdin") if name == "-" else read_program(Path(name), name)
    text = formatted(source)
    changed = text != source.text
    if options.diff and changed:
        show_difference(source, text)
    if name == "-" and not options.check and not options.diff:
        sys.stdout.write(text)
    elif changed and not options.check and not options.diff:
        _write(Path(name), text)
    return changed


def show_difference(source: Source, text: str) -> None:
    """Print what a text would become as a unified diff that `patch` reads."""
    from difflib import unified_diff

    old, new = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    for line in unified_diff(old, new, source.path, source.path):
        sys.stdout.write(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")


def _write(path: Path, text: str) -> None:
    from envc.sources.writing import write_files

    write_files(path.parent, {path.name: text}, str(path))
