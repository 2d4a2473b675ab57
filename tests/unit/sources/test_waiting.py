"""One writer at a time: real processes that wait for each other."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.sources.waiting import alone

HOLDER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from envc.sources.waiting import alone

    with alone(Path(sys.argv[1]), Path(sys.argv[2]), lambda holder: print("waits for", holder, flush=True)):
        print("holds", flush=True)
        sys.stdin.readline()
    print("let go", flush=True)
""")


def start(folder: Path, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), str(cache)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def says(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def let_go(process: subprocess.Popen[str]) -> None:
    out, _ = process.communicate("\n", timeout=20)
    assert out.endswith("let go\n")


def test_the_second_waits_and_is_told_for_whom(tmp_path: Path) -> None:
    first = start(tmp_path / "lock", tmp_path / "cache")
    assert says(first) == "holds\n"
    second = start(tmp_path / "lock", tmp_path / "cache")
    assert says(second) == f"waits for {first.pid}\n"
    time.sleep(0.2)
    assert second.poll() is None
    let_go(first)
    assert says(second) == "holds\n"
    let_go(second)


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    first = start(tmp_path / "lock", tmp_path / "cache")
    assert says(first) == "holds\n"
    second = start(tmp_path / "lock", tmp_path / "cache")
    assert says(second) == f"waits for {first.pid}\n"
    first.kill()
    first.communicate()
    assert says(second) == "holds\n"
    third = start(tmp_path / "lock", tmp_path / "cache")
    assert says(third) == f"waits for {second.pid}\n"
    let_go(second)
    assert says(third) == "holds\n"
    let_go(third)


def test_other_folders_are_not_waited_for(tmp_path: Path) -> None:
    first = start(tmp_path / "one", tmp_path / "cache")
    assert says(first) == "holds\n"
    second = start(tmp_path / "two", tmp_path / "cache")
    assert says(second) == "holds\n"
    let_go(second)
    let_go(first)


def test_a_failure_inside_lets_go(tmp_path: Path) -> None:
    waited: list[int | None] = []
    with pytest.raises(ZeroDivisionError), alone(tmp_path / "lock", tmp_path / "cache", waited.append):
        _ = 1 / 0
    with alone(tmp_path / "lock", tmp_path / "cache", waited.append):
        pass
    assert waited == []


def test_nothing_is_left_in_the_folder_itself(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with alone(tmp_path / "lock", tmp_path / "cache", lambda _: None):
        assert list((tmp_path / "lock").iterdir()) == []


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(Report) as report, alone(tmp_path / "lock", tmp_path / "cache", lambda _: None):
        pass
    assert (report.value.diagnostics[0].name, report.value.exit_code) == ("unwritable-cache", 3)
    assert os.fspath(tmp_path) not in report.value.diagnostics[0].message
