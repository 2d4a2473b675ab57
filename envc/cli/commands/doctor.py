"""Look at what envc works with here: its own knowledge, the engine, the package index.

Exit code 1 when the knowledge in stdlib/ contradicts itself; a missing engine or index is said and is no error.
"""

from __future__ import annotations

import argparse
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--library", action="store_true", help="only check the knowledge in stdlib/")


def run(options: argparse.Namespace) -> int:
    """Look, and say what was found."""
    from envc.cli.console import show
    from envc.knowledge.library import Library
    from envc.knowledge.selfcheck import contradictions

    library = Library()
    found = contradictions(library)
    show(found)
    builds = sum(len(family.builds) for family in library.families())
    sys.stdout.write(
        f"library   {library.date}: {builds} releases with builds, {len(library.pythons())} Pythons, "
        f"{len(found) or 'no'} {'contradiction' if len(found) == 1 else 'contradictions'}\n"
    )
    if not options.library:
        _engines()
        _index()
    return 1 if found else 0


def _engines() -> None:
    from envc.engines import states

    for state in states():
        sys.stdout.write(f"engine    {state}\n")


def _index() -> None:
    from envc.resolvers.pip_tools import settings_of_this_machine

    indexes = settings_of_this_machine().remote_indexes
    count = len(indexes)
    own = sum(one is not None for one in indexes)
    sys.stdout.write(f"index     {count} configured, {own} of them this machine's own\n")
