"""`envc init` writes a first program, and never over one."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.cli.main import run
from envc.compile import understand
from envc.diagnostics import Source


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", [[], ["serve"], ["serve", "--gpu", "12.6"]])
def test_what_it_writes_checks_and_is_formatted(folder: Path, arguments: list[str]) -> None:
    """The program needs no edit before it is locked."""
    assert run(["init", *arguments]) == 0
    (program,) = folder.glob("*.env")
    assert understand(Source(program.name, program.read_text())).environments[0].name == program.stem
    assert run(["fmt", "--check", str(program)]) == 0
    assert (folder / "lockfiles").is_dir()


def test_a_program_that_is_there_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The diagnostic is "program-exists", and the file is untouched."""
    (folder / "train.env").write_text("mine")
    assert run(["init"]) == 1
    assert "program-exists" in capsys.readouterr().err
    assert (folder / "train.env").read_text() == "mine"


@pytest.mark.parametrize(
    ("ignored", "name"), [("*.env\n", "train.envc"), ("*.env\n!train.env\n", "train.env"), ("# *.env\n", "train.env")]
)
def test_a_gitignore_decides_the_ending(folder: Path, ignored: str, name: str) -> None:
    """A program that version control leaves out would be lost."""
    (folder / ".gitignore").write_text(ignored)
    assert run(["init"]) == 0
    assert (folder / name).is_file()


def test_a_name_that_is_none_writes_nothing(folder: Path) -> None:
    """The program is understood before it is written."""
    assert run(["init", "Bad Name"]) == 1
    assert sorted(path.name for path in folder.iterdir()) == [".git"]
