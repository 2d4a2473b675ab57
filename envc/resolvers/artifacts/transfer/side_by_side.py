"""Work on several things at once that can be left at any moment.

A thread that waits for a server cannot be called back; the executors of `concurrent.futures` wait for it before Python
ends, so that Ctrl-C would take as long as the server's patience. These threads are left behind instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def side_by_side(work: Callable[[_Item], _Result], items: Sequence[_Item], at_once: int, stop: Event) -> list[_Result]:
    """Return the results in the order of the items. The first exception is raised, and nothing more is begun."""
    ended: SimpleQueue[tuple[int, _Result | None, BaseException | None]] = SimpleQueue()
    waiting: SimpleQueue[int] = SimpleQueue()
    for number in range(len(items)):
        waiting.put(number)

    def take_up() -> None:
        while not stop.is_set():
            try:
                number = waiting.get_nowait()
            except Empty:
                return
            try:
                ended.put((number, work(items[number]), None))
            except BaseException as error:  # noqa: BLE001  # it is raised again where the results are waited for
                ended.put((number, None, error))
                return

    for _ in range(min(at_once, len(items))):
        Thread(target=take_up, daemon=True).start()
    results: dict[int, _Result] = {}
    try:
        while len(results) < len(items):
            number, result, error = ended.get()
            if error is not None:
                raise error  # noqa: TRY301  # it comes from another thread
            results[number] = result  # type: ignore[assignment]  # without an error there is a result
    except BaseException:
        stop.set()
        raise
    return [results[number] for number in range(len(items))]
