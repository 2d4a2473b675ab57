"""Print the environment hash and the reproducibility hash, of one environment or of several.

The environment hash is over everything but the project's own files and the command, the reproducibility hash over all.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NamedTuple

from envc.cli import compiling, loading, lock_reading, program_options, several

if TYPE_CHECKING:
    from envc.diagnostics import Diagnostic
    from envc.plan.hash import PlanHash


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    program_options.environments_arguments(parser)
    program_options.frozen_argument(parser)
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="a build argument's value")
    parser.add_argument("--explain", action="store_true", help="print the branches that the hashes are made of")
    parser.add_argument("--json", action="store_true", help="print as JSON")


class Hashed(NamedTuple):
    """The hashes of an environment, and what is doubtful about it."""

    hashes: PlanHash
    warnings: tuple[Diagnostic, ...]


def run(options: argparse.Namespace) -> int:
    """Print the hashes."""
    arguments = program_options.build_arguments(options.arg)

    def hash_one(loaded: loading.Loaded) -> Hashed:
        compiled = compiling.compile_loaded(loaded, lock_reading.fresh_lock(loaded), arguments)
        return Hashed(compiled.hashes, loaded.environment.warnings)

    outcomes = several.for_each(options, hash_one)
    if options.json:
        import json

        options.memory.say("stdout", json.dumps(several.as_json(outcomes, _as_json, options), indent=2) + "\n")
    else:
        for one in outcomes:
            if one.result:
                heading = f"{one.name}\n" if several.are_asked(options) else ""
                options.memory.say("stdout", heading + _as_text(one.result.hashes, explain=options.explain))
    several.say_failures(outcomes)
    if all(one.result and not one.result.warnings for one in outcomes):
        options.memory.keep()
    return several.exit_code_of(outcomes)


def _as_json(hashed: Hashed) -> dict[str, Any]:
    hashes = hashed.hashes
    return {
        "environment": hashes.environment,
        "reproducibility": hashes.reproducibility,
        "branches": dict(hashes.branches),
    }


def _as_text(hashes: PlanHash, *, explain: bool) -> str:
    lines = [f"environment      {hashes.environment}", f"reproducibility  {hashes.reproducibility}"]
    if explain:
        from envc.plan.hash import BESIDE_THE_ENVIRONMENT

        lines += ["", "reproducibility"]
        for branch, digest in hashes.branches:
            mark = " (not in the environment hash)" if branch in BESIDE_THE_ENVIRONMENT else ""
            lines.append(f"  {branch:<10} {digest}{mark}")
    return "\n".join(lines) + "\n"
