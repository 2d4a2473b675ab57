"""Law 3 on the examples: a few of the thousand compilations of `benchmarks/same_bytes.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_example_has_one_output() -> None:
    """Under random hash seeds, locales, time zones, umasks and folders, each in a process of its own."""
    command = [sys.executable, str(ROOT / "benchmarks/same_bytes.py"), "6"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    programs = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").rglob("*.env"))
    assert finished.stdout.splitlines()[1:] == [f"{program}: 6 compilations, 1 distinct" for program in programs]
