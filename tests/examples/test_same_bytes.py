"""Law 3 on the examples: a few of the thousand compilations of `benchmarks/same_bytes.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.examples.test_golden import ENVIRONMENTS

ROOT = Path(__file__).parents[2]


def test_every_locked_example_has_one_output() -> None:
    """Under random hash seeds, locales, time zones, umasks and folders, each in a process of its own."""
    command = [sys.executable, str(ROOT / "benchmarks/same_bytes.py"), "6"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert [line.partition(": ")[2] for line in finished.stdout.splitlines()[1:]] == [
        "6 compilations, 1 distinct" for _ in {parameters.values[0] for parameters in ENVIRONMENTS}
    ]
