"""A disk that is full: no traceback, and what was there before is still there. Needs the right to mount."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.locking import write_lock


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few pages."""
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", place], check=True)


def envc(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(root / "cache"), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "envc", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=60)


def fill(path: Path) -> None:
    """Write until nothing fits any more."""
    with path.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(b"x" * 1024):
            pass


def test_outputs_survive_a_full_disk(tmp_path: Path, small_disk: Path) -> None:
    """The older Dockerfile stays whole, the message has a name, and the exit code says that the world failed."""
    program = tmp_path / "train.env"
    program.write_text("env train < python 3.12; set A 1 >\n", encoding="utf-8")
    (tmp_path / "lockfiles").mkdir()
    write_lock(tmp_path, "train.env")
    output = str(small_disk / "out")
    assert envc(tmp_path, "compile", "train.env", "--output", output).returncode == 0
    before = (small_disk / "out" / "Dockerfile").read_text(encoding="utf-8")

    fill(small_disk / "filler")
    program.write_text("env train < python 3.12; set A 2 >\n", encoding="utf-8")
    finished = envc(tmp_path, "compile", "train.env", "--output", output)

    assert finished.returncode == 3
    assert "error[disk-full]: " in finished.stderr
    assert "Traceback" not in finished.stderr
    assert (small_disk / "out" / "Dockerfile").read_text(encoding="utf-8") == before
    assert not list((small_disk / "out").glob(".*"))
