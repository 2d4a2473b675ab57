"""Lay programs out in the one form.

Comments and the order of items stay. With --check nothing is written, and the exit code is 1 when a file would change.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from envc.diagnostics import Source
from envc.sources.program import decode, read_program
from envc.syntax.format import format_program
from envc.syntax.parse import parse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("programs", nargs="+", help="files to lay out; - reads stdin and writes stdout")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when a file would change")
    parser.add_argument("--diff", action="store_true", help="write nothing; print what would change")


def run(options: argparse.Namespace) -> int:
    """Format the programs."""
    changed = [name for name in options.programs if _format(name, options)]
    if options.check and changed:
        for name in changed:
            sys.stderr.write(f"would change: {name}\n")
        return 1
    return 0


def _format(name: str, options: argparse.Namespace) -> bool:
    source = decode(sys.stdin.buffer.read(), "stdin") if name == "-" else read_program(Path(name), name)
    text = format_program(parse(source))
    changed = text != source.text
    if options.diff and changed:
        _show_difference(source, text)
    if name == "-" and not options.check and not options.diff:
        sys.stdout.write(text)
    elif changed and not options.check and not options.diff:
        _write(Path(name), text)
    return changed


def _show_difference(source: Source, text: str) -> None:
    from difflib import unified_diff

    old, new = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    sys.stdout.writelines(unified_diff(old, new, source.path, source.path))


def _write(path: Path, text: str) -> None:
    from envc.sources.writing import write_files

    write_files(path.parent, {path.name: text}, str(path))
