"""The processes that resolvers have started: whoever is interrupted ends them all, also those of other threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_RUNNING: set[Any] = set()


@contextmanager
def running(child: Any) -> Iterator[None]:
    """Take note of a process (`subprocess.Popen`) while it runs, and end it."""
    _RUNNING.add(child)
    try:
        yield
    finally:
        child.kill()
        child.communicate()
        _RUNNING.discard(child)


def stop_all() -> None:
    """End every process that still runs. Whoever waits for one finds that it gave no answer."""
    for child in tuple(_RUNNING):
        child.kill()
