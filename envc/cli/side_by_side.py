"""Runs pieces of work side by side in threads. Ctrl-C ends what they wait for, and what fails is told whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from envc.diagnostics import Report

Result = TypeVar("Result")

#: How many pieces are worked on at once.
AT_ONCE = 4


def side_by_side(tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run tasks and return their results in order. Raises one Report of all failures, when all have ended."""
    results: dict[int, Result] = {}
    failures: dict[int, BaseException] = {}
    waiting = list(enumerate(tasks))
    waiting.reverse()

    def work() -> None:
        while waiting:
            try:
                number, task = waiting.pop()
            except IndexError:  # another thread was faster
                return
            try:
                results[number] = task()
            except BaseException as error:  # noqa: BLE001  # raised again in the main thread
                failures[number] = error

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(AT_ONCE, len(tasks)))]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads):
            threads[0 if threads[0].is_alive() else -1].join(0.1)  # a wait without an end would not hear Ctrl-C
    except KeyboardInterrupt:
        waiting.clear()
        _stop(threads)
        raise
    _raise(failures)
    return [results[number] for number in range(len(tasks))]


def _stop(threads: Sequence[threading.Thread]) -> None:
    """End the processes that threads wait for, also those that they were about to start."""
    from envc.resolvers.running import stop_all

    for _ in range(50):
        stop_all()
        for thread in threads:
            thread.join(0.02)
        if not any(thread.is_alive() for thread in threads):
            return


def _raise(failures: dict[int, BaseException]) -> None:
    """Raise what went wrong: a bug first, else one Report of everything."""
    found = [failures[number] for number in sorted(failures)]
    reports = [one for one in found if isinstance(one, Report)]
    for one in found:
        if not isinstance(one, Report):
            raise one
    if reports:
        diagnostics = tuple(dict.fromkeys(one for report in reports for one in report.diagnostics))
        raise Report(diagnostics, max(report.exit_code for report in reports))
