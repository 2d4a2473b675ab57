"""Finds the command and runs it. Only the module of the command that was asked for is imported."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from envc import __version__
from envc.cli.remembered import Memory

if TYPE_CHECKING:
    import argparse

_FOLDER = Path(__file__).parent / "commands"
_BUG = 70
_USAGE = 2
_INTERRUPTED = 130
#: Objects, then runs of the younger generation, between two searches for cycles of garbage. Programs make many objects
#: and hardly any cycles: with Python's own 700, 10 and 10, checking grows faster than the program does.
_COLLECTION = (100_000, 1000, 1000)


def commands() -> list[str]:
    """Return the names of all commands, sorted."""
    return sorted(file.stem for file in _FOLDER.glob("[a-z]*.py"))


def run(arguments: Sequence[str]) -> int:
    """Run a command line. Returns 0 well, 1 wrong input or a difference, 2 usage, 3 the world failed, 70 a bug."""
    collect_rarely()
    try:
        exit_code = _answer(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough
        _write_nowhere()
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped\n")
        return _INTERRUPTED
    except Exception:  # noqa: BLE001  # whatever is left is a bug, and is reported as one
        from traceback import print_exc

        print_exc()
        sys.stderr.write("\nthis is a bug in envc, not in your program: please report the lines above\n")
        return _BUG
    return exit_code


def collect_rarely() -> None:
    """Have Python search for garbage in cycles seldom, as suits a program that runs for seconds."""
    gc.set_threshold(*_COLLECTION)
    gc.enable()


def _answer(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help"}:
        sys.stdout.write(_overview())
        return 0
    if arguments[0] in {"-V", "--version"}:
        sys.stdout.write(f"envc {__version__}\n")
        return 0
    name = arguments[0]
    if name not in commands():
        return _unknown_command(name)
    memory = Memory(arguments)
    remembered = memory.recall()
    if remembered is not None:
        return remembered
    return _run(name, arguments[1:], memory)


def _run(name: str, arguments: Sequence[str], memory: Memory) -> int:
    module = import_module(f"envc.cli.commands.{name}")
    own, behind = list(arguments), None
    if getattr(module, "TAKES_COMMAND", False) and "--" in own:
        position = own.index("--")
        own, behind = own[:position], own[position + 1 :]
    parser = _parser(name, module)
    options, left = parser.parse_known_args(own)
    if left:  # a name may stand behind options, `explain train.env --environment serve gpu`
        options = parser.parse_intermixed_args(own)
    options.memory, options.command = memory, behind
    from envc.diagnostics import Report

    try:
        return int(module.run(options))
    except Report as report:
        from envc.cli.console import show_report

        show_report(report)
        if getattr(options, "json", False):
            from envc.cli.console import write_json
            from envc.cli.diagnostic_values import values_of

            write_json({"diagnostics": values_of(report.diagnostics)})
        return report.exit_code


def _write_nowhere() -> None:
    """Let what is still buffered go nowhere, so that Python's own end does not complain."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _parser(name: str, module: ModuleType) -> argparse.ArgumentParser:
    import argparse

    text = (module.__doc__ or "").strip()
    parser = argparse.ArgumentParser(
        prog=f"envc {name}", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    module.arguments(parser)
    if getattr(module, "TAKES_COMMAND", False):
        parser.usage = f"{parser.format_usage().removeprefix('usage: ').strip()} [-- COMMAND…]"
    return parser


def _overview() -> str:
    lines = [
        "usage: envc COMMAND [ARGUMENT]…",
        "",
        "Compile an environment's declaration into an image that stays the same.",
        "",
    ]
    for name in commands():
        summary = (import_module(f"envc.cli.commands.{name}").__doc__ or "").strip().splitlines()[0]
        lines.append(f"  {name:<9} {summary}")
    lines += ["", "`envc COMMAND --help` says more; `envc help WORD` explains a word of the language."]
    return "\n".join(lines) + "\n"


def _unknown_command(name: str) -> int:
    from envc.diagnostics.suggestions import similar

    near = similar(name, commands())
    sys.stderr.write(f"envc: there is no command `{name}`\n")
    if near:
        sys.stderr.write(f"a command has a similar name: envc {near}\n")
    sys.stderr.write(f"commands: {' '.join(commands())}\n")
    return _USAGE
