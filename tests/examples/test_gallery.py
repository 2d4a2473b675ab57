"""The gallery: all of its programs check, and an environment without a lock stands in its README with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.cli import loading
from envc.cli.main import run
from tests.examples.test_golden import ENVIRONMENTS
from tests.examples.unlocked import GALLERY, unlocked

PROGRAMS = sorted(GALLERY.glob("*/*.env"))


def test_there_are_twelve_programs() -> None:
    """Each is named for its folder, and the README has a row for it."""
    text = (GALLERY / "README.md").read_text(encoding="utf-8")
    assert [path.stem for path in PROGRAMS] == [path.parent.name for path in PROGRAMS]
    assert len(PROGRAMS) == 12
    for path in PROGRAMS:
        assert f"| [`{path.stem}`]({path.stem}/{path.name}) |" in text


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_program_checks(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a word, locked or not."""
    assert run(["check", str(program), "--all"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_what_has_no_lock_says_why() -> None:
    """Nothing is left out in silence: what is compiled of no lock of a user's has a row, and a row has no such lock."""
    rows = unlocked()
    listed = {(row.program, row.environment) for row in rows}
    compiled = {parameters.values for parameters in ENVIRONMENTS}
    everything = {
        (program, loaded.environment.name)
        for program in PROGRAMS
        for loaded in loading.load_environments(program, None, None)
    }
    assert listed == {pair for pair in everything if pair not in compiled}
    assert len(listed) == len(rows)
    for row in rows:
        assert not loading.load_program(row.program, row.environment, None).lock_folder.exists()
        assert len(row.reason) > 20
