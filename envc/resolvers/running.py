"""The processes that resolvers have started: whoever is interrupted ends them all, also those of other threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from envc.lock.resolution import Progress

if TYPE_CHECKING:
    from queue import Queue

_RUNNING: set[Any] = set()

#: What `wait` returns when there is no answer in time: a failure in the form that `pip_tools.failure` reads.
TOO_SLOW = {"kind": "time-limit"}


class Listened(NamedTuple):
    """A process to which a thread listens: whoever ends it waits for the thread and reads nothing himself."""

    kill: Callable[[], None]
    communicate: Callable[[], None]

    def __hash__(self) -> int:
        return id(self)


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


def wait(mail: Queue[Any], progress: Progress, end: float) -> Any:
    """Pass progress on until something else comes, which is returned, or the time is over."""
    import queue

    last: str | None = None
    while True:
        try:
            message = mail.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            return {**TOO_SLOW, "package": last}
        if not isinstance(message, str):
            return message
        last = message
        progress(message)
