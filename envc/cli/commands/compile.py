"""Write Dockerfile, .dockerignore and run manifests of environments from a program and its locks.

Needs no network, no engine and no other program. The files lie under build/ and build with plain `docker build`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from envc.cli import compiling, loading, lock_reading, program_options, several

if TYPE_CHECKING:
    from envc.compile import Compiled
    from envc.diagnostics import Diagnostic


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    program_options.environments_arguments(parser)
    program_options.frozen_argument(parser)
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="a build argument's value")
    parser.add_argument(
        "--output",
        type=Path,
        help="the folder for the files; build/… otherwise; each of several gets one in it",
    )
    parser.add_argument("--json", action="store_true", help="print hashes and file names as JSON")


class Written(NamedTuple):
    """What was compiled and where it lies."""

    compiled: Compiled
    folder: str
    warnings: tuple[Diagnostic, ...]


def run(options: argparse.Namespace) -> int:
    """Compile the program."""
    arguments, memory = program_options.build_arguments(options.arg), options.memory
    outcomes = several.for_each(options, lambda loaded: _compile(loaded, arguments, options))
    if options.json:
        import json

        memory.say("stdout", json.dumps(several.as_json(outcomes, _as_json, options), indent=2) + "\n")
    several.say_failures(outcomes)
    if all(one.result and not one.result.warnings for one in outcomes):
        memory.keep()
    return several.exit_code_of(outcomes)


def _compile(loaded: loading.Loaded, arguments: dict[str, str], options: argparse.Namespace) -> Written:
    from envc.sources.outputs import write_outputs

    compiled = compiling.compile_loaded(loaded, lock_reading.fresh_lock(loaded), arguments)
    folder, shown = loaded.output_folder, str(loaded.places.output)
    if options.output:
        folder = options.output / loaded.environment.name if several.are_asked(options) else options.output
        shown = str(folder)
    write_outputs(folder, compiled.files, shown)
    options.memory.wrote(folder, compiled.files)
    if not options.json:
        options.memory.say("stderr", f"wrote {shown}/: {', '.join(compiled.files)}\n")
        options.memory.say("stderr", f"reproducibility hash {compiled.hashes.reproducibility}\n")
    return Written(compiled, shown, loaded.environment.warnings)


def _as_json(written: Written) -> dict[str, Any]:
    hashes = written.compiled.hashes
    return {
        "files": [f"{written.folder}/{name}" for name in written.compiled.files],
        "hashes": {"environment": hashes.environment, "reproducibility": hashes.reproducibility},
    }
