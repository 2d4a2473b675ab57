"""Print the environment hash and the reproducibility hash.

The environment hash is over everything but the project's own files and the command; the reproducibility hash is over all.
"""

from __future__ import annotations

import argparse
import sys

from envc.cli import loading


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    loading.program_arguments(parser)
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="a build argument's value")
    parser.add_argument("--explain", action="store_true", help="print the branches that the hashes are made of")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the hashes."""
    loaded = loading.load(options)
    hashes = loading.compile_loaded(loaded, loading.fresh_lock(loaded), loading.build_arguments(options.arg)).hashes
    if options.json:
        from envc.cli.console import write_json

        write_json(
            {
                "environment": hashes.environment,
                "reproducibility": hashes.reproducibility,
                "branches": dict(hashes.branches),
            }
        )
        return 0
    sys.stdout.write(f"environment      {hashes.environment}\n")
    sys.stdout.write(f"reproducibility  {hashes.reproducibility}\n")
    if options.explain:
        beside = {"source", "run"}
        sys.stdout.write("\nreproducibility\n")
        for branch, digest in hashes.branches:
            mark = " (not in the environment hash)" if branch in beside else ""
            sys.stdout.write(f"  {branch:<10} {digest}{mark}\n")
    return 0
