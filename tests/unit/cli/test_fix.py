"""`envc fix`: certain edits are made, others are asked for, and the file is written once."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from envc.cli import fixing
from envc.cli.main import run
from envc.diagnostics import Diagnostic, Fix, Source, Span

CERTAIN = "env train <\n  python\u00a03.12\n  ml torch >= 2.7\n>\n"
MENDED = "env train <\n  python 3.12\n  ml torch >=2.7\n>\n"
ASKED = 'env train <\n  python 3.12\n  workdri "/app"\n>\n'


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "train.env"


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_certain_edits_are_made_until_none_is_left(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Though the first hides the second."""
    program.write_text(CERTAIN)
    assert run(["fix", "train.env"]) == 0
    assert program.read_text() == MENDED
    assert capsys.readouterr().err == "train.env:2: write a blank\ntrain.env:3: leave out the blank\n"


def test_nothing_is_asked_and_nothing_guessed_without_all(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is left is said."""
    program.write_text(ASKED)
    assert run(["fix", "train.env"]) == 1
    assert program.read_text() == ASKED
    assert "unknown-word" in capsys.readouterr().err


@pytest.mark.parametrize(("said", "made"), [("1\n", True), ("\n", False), ("", False), ("7\n", False), ("x\n", False)])
def test_an_edit_is_made_when_it_is_asked_for(
    program: Path, monkeypatch: pytest.MonkeyPatch, said: str, made: bool
) -> None:
    program.write_text(ASKED)
    answer(monkeypatch, said)
    assert run(["fix", "--all", "train.env"]) == (0 if made else 1)
    assert program.read_text() == (ASKED.replace("workdri", "workdir") if made else ASKED)


def test_builds_that_do_not_exist_are_mended_without_a_lock(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program.write_text("env train < python 3.12; gpu cuda 11.3 exact; ml torch >\n")
    answer(monkeypatch, "1\n")
    assert run(["fix", "--all", "train.env"]) == 0
    assert program.read_text() != "env train < python 3.12; gpu cuda 11.3 exact; ml torch >\n"


def test_a_difference_is_shown_and_nothing_written(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program.write_text(CERTAIN)
    assert run(["fix", "--diff", "train.env"]) == 0
    assert program.read_text() == CERTAIN
    assert "+  ml torch >=2.7\n" in capsys.readouterr().out


def test_edits_of_one_round_lie_apart() -> None:
    source = Source("train.env", CERTAIN)
    fixes = fixing.certain_fixes(fixing.found_in(source), source)
    assert fixes
    assert fixing.certain_fixes([*fixing.found_in(source)] * 2, source) == fixes


NEVER_ENDED = (
    "env p\n<\npython 3.12\n>\n",
    "<",
    "env p < < python 3.12 > >",
    "env p <\n  python 3.12\n  ml\n  < torch 2.7 >\n>\n",
)


@pytest.mark.parametrize("text", NEVER_ENDED)
def test_a_block_that_nothing_begins_ends(text: str) -> None:
    source, done = fixing.made_certain(Source("train.env", text))
    assert len(done) <= 1
    assert source.text.count("<") == text.count("<")


def test_an_edit_that_mends_nothing_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if a diagnostic offers it again, behind what it wrote."""

    def stubborn(source: Source, _reading: object = None) -> tuple[Diagnostic, ...]:
        place = Span(source, source.text.index("<"), source.text.index("<"))
        return (Diagnostic("missing-separator", "again", (), fixes=(Fix("again", place, "; ", certain=True),)),)

    monkeypatch.setattr(fixing, "found_in", stubborn)
    source, done = fixing.made_certain(Source("train.env", "env p <"))
    assert (source.text, len(done)) == ("env p ; <", 1)


def test_a_parameter_has_the_value_that_it_is_given(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--set`, for the environment of the file's name or of one that is named; modules beside are known."""
    (program.parent / "own.env").write_text("module own.x < set A 1 >\n")
    (program.parent / "own").mkdir()
    (program.parent / "own" / "x.env").write_text("module own.x < set A 1 >\n")
    program.write_text("use own.x\nenv train takes version 3.12 < python $version; own.x >\nenv b from train < >\n")
    assert run(["fix", "train.env"]) == 0
    assert run(["fix", "train.env", "--set", "version=2.7"]) == 1
    assert "unknown-python" in capsys.readouterr().err
    assert run(["fix", "train.env", "--set", "version=2.7", "--environment", "b"]) == 1
    assert run(["fix", "train.env", "--set", "nothing=2.7"]) == 1
    assert "unknown-parameter" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["fix", "check", "explain", "compile"])
def test_a_value_is_given_once(program: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    program.write_text("env train takes version 3.12 < python $version >\n")
    with pytest.raises(SystemExit) as left:
        run([command, "train.env", "--set", "version=3.12", "--set", "version=3.13"])
    assert left.value.code == 2
    assert capsys.readouterr().err == "envc: --set gives `version` twice, `3.12` and `3.13`\n"
