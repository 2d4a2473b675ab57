"""`envc fmt`: files, folders and stdin; what it writes, and what it leaves alone."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from envc.cli.main import run

BAD = "# Trains.\nenv train<python 3.12;shm   8GiB>"
GOOD = "envc 1\n\n# Trains.\nenv train < python 3.12; shm 8GiB >\n"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "train.env"
    path.write_text(BAD)
    path.chmod(0o640)
    return path


def test_a_program_is_laid_out_and_names_its_edition(program: Path) -> None:
    """Once is enough, and the file's mode stays."""
    assert run(["fmt", "train.env"]) == 0
    assert program.read_text() == GOOD
    assert program.stat().st_mode & 0o777 == 0o640
    assert run(["fmt", "--check", "train.env"]) == 0


def test_check_writes_nothing(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "--check", "train.env"]) == 1
    assert program.read_text() == BAD
    assert capsys.readouterr().err == "would change: train.env\n"


def test_a_difference_is_one_that_patch_applies(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the last line has no end."""
    assert run(["fmt", "--diff", "train.env"]) == 0
    assert program.read_text() == BAD
    difference = capsys.readouterr().out
    subprocess.run(["patch", "train.env"], input=difference, text=True, check=True, capture_output=True)
    assert program.read_text() == GOOD


def test_stdin_goes_to_stdout(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    assert run(["fmt", "-"]) == 0
    assert capsys.readouterr().out == GOOD


def test_all_programs_of_a_folder(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not hidden ones, which are dotenv files, nor what tools made; one that is wrong stops no other."""
    root = program.parent
    for name in ("sub/b.envc", ".env", ".hidden/c.env", "build/d.env", "lockfiles/e.env"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(BAD)
    (root / "a.env").write_text("env <")
    assert run(["fmt", "."]) == 1
    changed = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.env*") if path.read_text() == GOOD)
    assert changed == ["sub/b.envc", "train.env"]
    assert "unclosed-block" in capsys.readouterr().err


def test_what_declares_no_environment_gets_no_edition(program: Path) -> None:
    """The library's own files have the same form."""
    program.write_text("# Facts.\nfamily   torch\n")
    assert run(["fmt", "train.env"]) == 0
    assert program.read_text() == "# Facts.\nfamily torch\n"


def test_one_line_stays_one_line(program: Path) -> None:
    program.write_text("env train<python 3.12;shm   8GiB>")
    assert run(["fmt", "train.env"]) == 0
    assert program.read_text() == "env train < python 3.12; shm 8GiB >\n"


def test_every_example_is_in_its_form() -> None:
    assert run(["fmt", "--check", str(Path(__file__).parents[3] / "examples")]) == 0
