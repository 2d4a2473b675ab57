"""Work that is done side by side keeps its order, and every failure is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from envc.cli.side_by_side import side_by_side
from envc.diagnostics import Diagnostic, Report


def failing(name: str, exit_code: int) -> int:
    raise Report([Diagnostic(name, "it fails")], exit_code)


def test_results_stand_in_the_order_of_the_tasks() -> None:
    def task(number: int) -> int:
        time.sleep((7 - number) / 100)
        return number

    assert side_by_side([partial(task, number) for number in range(7)]) == list(range(7))


def test_two_tasks_run_at_once() -> None:
    """Each waits for the other."""
    barrier = threading.Barrier(2, timeout=10)
    side_by_side([barrier.wait, barrier.wait])


def test_all_failures_are_one_report() -> None:
    done: list[int] = []

    def work() -> int:
        done.append(1)
        return 1

    first, second = partial(failing, "first", 1), partial(failing, "second", 3)
    tasks: list[Callable[[], int]] = [first, work, second, first]
    with pytest.raises(Report) as report:
        side_by_side(tasks)
    assert [one.name for one in report.value.diagnostics] == ["first", "second"]
    assert (report.value.exit_code, done) == (3, [1])


def test_a_bug_is_not_hidden_behind_a_report() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side([lambda: failing("first", 1), lambda: 1 // 0])
