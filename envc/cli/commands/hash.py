"""Print the environment hash and the reproducibility hash.

The environment hash is over everything but the project's own files and the command, the reproducibility hash over all.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from envc.cli import compiling, loading, lock_reading, program_options

if TYPE_CHECKING:
    from envc.plan.hash import PlanHash


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    program_options.program_arguments(parser)
    program_options.frozen_argument(parser)
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="a build argument's value")
    parser.add_argument("--explain", action="store_true", help="print the branches that the hashes are made of")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the hashes."""
    loaded = loading.load(options)
    hashes = compiling.compile_loaded(
        loaded, lock_reading.fresh_lock(loaded), program_options.build_arguments(options.arg)
    ).hashes
    options.memory.say("stdout", _as_json(hashes) if options.json else _as_text(hashes, explain=options.explain))
    if not loaded.environment.warnings:
        options.memory.keep()
    return 0


def _as_json(hashes: PlanHash) -> str:
    import json

    found = {
        "environment": hashes.environment,
        "reproducibility": hashes.reproducibility,
        "branches": dict(hashes.branches),
    }
    return json.dumps(found, indent=2) + "\n"


def _as_text(hashes: PlanHash, *, explain: bool) -> str:
    lines = [f"environment      {hashes.environment}", f"reproducibility  {hashes.reproducibility}"]
    if explain:
        from envc.plan.hash import BESIDE_THE_ENVIRONMENT

        lines += ["", "reproducibility"]
        for branch, digest in hashes.branches:
            mark = " (not in the environment hash)" if branch in BESIDE_THE_ENVIRONMENT else ""
            lines.append(f"  {branch:<10} {digest}{mark}")
    return "\n".join(lines) + "\n"
