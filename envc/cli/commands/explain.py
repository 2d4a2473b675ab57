"""Explain a diagnostic or a topic by its name.

Without a name, the names of all pages are printed.
"""

from __future__ import annotations

import argparse
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", nargs="?", help="the name in the brackets of a message: no-compatible-build")


def run(options: argparse.Namespace) -> int:
    """Print the page."""
    from envc.resources import explained, explanation

    if options.name is None:
        sys.stdout.write("\n".join(explained()) + "\n")
        return 0
    page = explanation(options.name) if options.name in explained() else None
    if page is None:
        from envc.diagnostics.suggestions import similar

        near = similar(options.name, explained())
        sys.stderr.write(f"envc: there is no page `{options.name}`" + (f"; `{near}` is near\n" if near else "\n"))
        return 1
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(page))
    else:
        sys.stdout.write(page)
    return 0
