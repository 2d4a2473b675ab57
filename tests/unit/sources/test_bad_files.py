"""Bad files through the real command line: a name, a place, the right exit code, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases.locking import write_lock

GOOD = "env train < python 3.12 >\n"


def envc(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "envc", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("content", "exit_code", "said"),
    [
        (b"", 1, "error[empty-program]"),
        (b"\x7fELF\x02\x01\x01\0\0", 1, "error[not-text]"),
        (b'env train < python 3.12; set A "\xff" >', 1, "error[not-text]"),
        (b"\xef\xbb\xbf" + GOOD.encode().replace(b"\n", b"\r\n"), 0, ""),
        (b"#" * 10_000_000, 1, "error[program-too-large]"),
        (b"env train < python 3.12; x" + b"@" * 500_000 + b" >", 1, "error[unexpected-character]"),
        (b"env train < " * 5000, 1, "error[unclosed-block]"),
    ],
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, content: bytes, exit_code: int, said: str) -> None:
    """Empty, a program of a machine, half a character, Windows' own, ten megabytes, one long line, one deep block."""
    (tmp_path / "lockfiles").mkdir()
    (tmp_path / "train.env").write_bytes(content)
    finished = envc(tmp_path, "check", "train.env")
    assert finished.returncode == exit_code, finished.stderr
    assert finished.stderr.startswith(said)
    assert "Traceback" not in finished.stderr
    assert len(finished.stderr) < 5000
    assert finished.stdout == ""


def test_a_path_that_is_no_file_is_refused_by_name(tmp_path: Path) -> None:
    """A folder, nothing, a name that is no UTF-8, a file that goes away."""
    for name in (b".", b"none.env", b"\xff.env"):
        finished = envc(tmp_path, "check", os.fsdecode(name))
        assert finished.returncode == 1
        assert finished.stderr.startswith("error[")
        assert "Traceback" not in finished.stderr


def test_outputs_that_cannot_be_written_are_refused_by_name(tmp_path: Path) -> None:
    """A file lies where the folder would; the exit code says that the world failed."""
    (tmp_path / "train.env").write_text(GOOD, encoding="utf-8")
    (tmp_path / "lockfiles").mkdir()
    (tmp_path / "build").touch()
    write_lock(tmp_path, "train.env")
    finished = envc(tmp_path, "compile", "train.env")
    assert finished.returncode == 3
    assert "error[unwritable-output]" in finished.stderr
    assert "Traceback" not in finished.stderr
