"""The arguments that say which environment of which program is meant."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def program_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which environment is meant and where its files lie."""
    parser.add_argument("program", type=Path, help="the program, train.env")
    parser.add_argument(
        "environment", nargs="?", help="one of its environments; the one with the file's name otherwise"
    )
    parser.add_argument("--root", type=Path, help="the project's root; the nearest folder with lockfiles/ otherwise")
    platform_argument(parser)
    set_argument(parser)


def environments_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which environments are meant, one or several, and where their files lie."""
    parser.add_argument("program", type=Path, help="the program, train.env")
    parser.add_argument(
        "environment", nargs="*", help="some of its environments; the one with the file's name otherwise"
    )
    parser.add_argument("--all", action="store_true", help="every environment of the program")
    parser.add_argument("--root", type=Path, help="the project's root; the nearest folder with lockfiles/ otherwise")
    platform_argument(parser)
    set_argument(parser)


def platform_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says what the image runs on."""
    parser.add_argument("--platform", metavar="PLATFORM", help="what the image runs on, linux/arm64; see `envc lock`")


def frozen_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that every command takes, for those that never choose anything anyhow."""
    parser.add_argument(
        "--frozen", action="store_true", help="a missing or stale lock is an error; so it is without it, too"
    )


def set_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that gives values to parameters."""
    parser.add_argument(
        "--set",
        dest="values",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="the value of a parameter, which `takes` declares",
    )


def build_arguments(given: list[str], option: str = "--arg") -> dict[str, str]:
    """Read `NAME=VALUE` texts. Raises SystemExit 2 for any other, and for a name that is given twice."""
    chosen: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            sys.stderr.write(f"envc: {option} takes NAME=VALUE, not `{text}`\n")
            raise SystemExit(2)
        if name in chosen:
            sys.stderr.write(f"envc: {option} gives `{name}` twice, `{chosen[name]}` and `{value}`\n")
            raise SystemExit(2)
        chosen[name] = value
    return chosen


def command_line(command: str, options: argparse.Namespace, environment: str | None) -> str:
    """Return the command line that does something else with the same image."""
    from shlex import join

    words = ["envc", command, options.program.as_posix(), *([environment] if environment else [])]
    words += ["--root", str(options.root)] if options.root else []
    words += [word for value in options.values for word in ("--set", value)]
    return join([*words, *(word for argument in options.arg for word in ("--arg", argument))])
