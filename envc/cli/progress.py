"""Says what long work is doing: a spinner where a terminal is, lines otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def working(title: str) -> Iterator[Callable[[str], None]]:
    """Show that work goes on; the function that is given takes the name of each step."""
    from envc.cli.console import console

    target = console()
    if not target.is_terminal:
        target.print(title, markup=False)
        yield lambda step: target.print(f"  {step}", markup=False)
        return
    with target.status(title) as status:
        yield lambda step: status.update(f"{title}: {step}".replace("[", "\\["))
