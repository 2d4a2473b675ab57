"""Write Dockerfile, .dockerignore and run manifests from a program and its lock.

Needs no network, no engine and no other program. The files lie under build/ and build with plain `docker build`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from envc.cli import compiling, loading, lock_reading, program_options


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    program_options.program_arguments(parser)
    program_options.frozen_argument(parser)
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="a build argument's value")
    parser.add_argument("--output", type=Path, help="the folder for the files; build/… in the project otherwise")
    parser.add_argument("--json", action="store_true", help="print hashes and file names as JSON")


def run(options: argparse.Namespace) -> int:
    """Compile the program."""
    from envc.sources.outputs import write_outputs

    loaded = loading.load(options)
    compiled = compiling.compile_loaded(
        loaded, lock_reading.fresh_lock(loaded), program_options.build_arguments(options.arg)
    )
    folder = options.output or loaded.output_folder
    shown = str(options.output or loaded.places.output)
    write_outputs(folder, compiled.files, shown)
    hashes, memory = compiled.hashes, options.memory
    memory.wrote(folder, compiled.files)
    if options.json:
        import json

        found = {
            "files": [f"{shown}/{name}" for name in compiled.files],
            "hashes": {"environment": hashes.environment, "reproducibility": hashes.reproducibility},
        }
        memory.say("stdout", json.dumps(found, indent=2) + "\n")
    else:
        memory.say("stderr", f"wrote {shown}/: {', '.join(compiled.files)}\n")
        memory.say("stderr", f"reproducibility hash {hashes.reproducibility}\n")
    if not loaded.environment.warnings:
        memory.keep()
    return 0
