"""What is said on the terminal: diagnostics and talk on stderr, data on stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from envc.diagnostics import Diagnostic, Report

if TYPE_CHECKING:
    from rich.console import Console

_HEARD: ContextVar[list[Diagnostic] | None] = ContextVar("heard", default=None)


def console() -> Console:
    """Return the console for talk. It honours NO_COLOR and knows whether a terminal is there."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def show_report(report: Report) -> None:
    """Show everything that a stage found, and how many errors there are."""
    show(report.diagnostics)
    errors = sum(one.severity == "error" for one in report.diagnostics)
    if errors > 1:
        console().print(f"{errors} errors", style="bold")


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Show diagnostics, a blank line between them."""
    found = list(diagnostics)
    if not found:
        return
    heard = _HEARD.get()
    if heard is not None:
        heard.extend(found)
    from envc.cli.render import render
    from envc.resources import explained

    pages = set(explained())
    target = console()
    for one in found:
        target.print(render(one, explained=one.name in pages))


@contextmanager
def hearing() -> Iterator[list[Diagnostic]]:
    """Give the list that everything shown meanwhile is put into, too."""
    heard: list[Diagnostic] = []
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)


def say(text: str, style: str = "") -> None:
    """Say a line to the person at the terminal."""
    console().print(text, style=style, markup=False)


def write(text: str) -> None:
    """Write data to stdout."""
    sys.stdout.write(text)


def write_json(value: object) -> None:
    """Write a value to stdout as JSON."""
    import json

    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
