"""Programs with lists of packages, on the command line: check, compile, memory, and files that are not right."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.cli import main
from tests.unit.cli.project import PROGRAM, Project, envc

LISTED = PROGRAM.replace("ml torch pinned", 'ml torch pinned; pip from "requirements/run.txt"')


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    folder = tmp_path / "project" / "jobs" / "requirements"
    folder.mkdir(parents=True)
    (folder / "run.txt").write_text("# runs\n-r base.txt\n")
    (folder / "base.txt").write_text("numpy>=2 # arrays\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path / "project")
    return Project(tmp_path / "project", "jobs/train.env", LISTED)


def base(project: Project) -> Path:
    return project.root / "jobs" / "requirements" / "base.txt"


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main.run(arguments)
    said = capsys.readouterr()
    return code, said.out + said.err


def test_what_is_listed_is_compiled(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(capsys, "compile", "jobs/train.env")
    assert code == 0, said
    assert "numpy==2.2.1" in (project.root / "build/jobs/train/requirements.txt").read_text()
    dockerfile = (project.root / "build/jobs/train/Dockerfile").read_text()
    assert 'pip from "requirements/run.txt"' in dockerfile


def test_a_changed_list_is_stale_offline_and_the_message_names_its_line(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    base(project).write_text("\nnumpy>=2.1\n")
    for command in (("compile", "jobs/train.env"), ("check", "jobs/train.env", "--frozen")):
        code, said = answer(capsys, *command)
        assert code == 1
        assert (
            "error[stale-lock]: `lockfiles/jobs/train/lock.json` was made for an older `jobs/requirements/base.txt`"
            in said
        )
        assert " --> jobs/requirements/base.txt:2:1" in said
        assert "the lock was made for `plain >=2`" in said


@pytest.mark.parametrize("command", ["check", "compile", "hash"])
def test_an_answer_is_not_remembered_past_a_change_of_a_list(
    project: Project, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Also of a list that another one names."""
    words = (command, "jobs/train.env")
    first = answer(capsys, *words)
    assert answer(capsys, *words) == first
    text = base(project).read_text()
    base(project).write_text(text + "six\n")
    changed = answer(capsys, *words)
    assert changed != first
    assert "not in the lock" in changed[1]
    base(project).write_text(text)
    assert answer(capsys, *words) == first


def test_an_unchanged_list_is_answered_from_memory(project: Project) -> None:
    first, second = (envc("check", "jobs/train.env", folder=project.root) for _ in range(2))
    assert first == second == (0, "", "")
    assert list((project.root.parent / "cache" / "envc" / "answers").glob("*.json"))


def test_a_list_that_is_not_there_that_leaves_the_project_and_that_is_no_text(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run = project.root / "jobs" / "requirements" / "run.txt"
    for text, name, place in (
        ("-r gone.txt\n", "no-such-file", "jobs/requirements/run.txt:1:1"),
        ("-r ../../../gone.txt\n", "path-leaves-root", "jobs/requirements/run.txt:1:1"),
        ("-r /etc/hostname\n", "path-leaves-root", "jobs/requirements/run.txt:1:1"),
    ):
        run.write_text(text)
        code, said = answer(capsys, "check", "jobs/train.env")
        assert code == 1
        assert f"error[{name}]" in said
        assert place in said
    run.write_bytes(b"numpy # \xe9\n")
    code, said = answer(capsys, "check", "jobs/train.env")
    assert code == 1
    assert "error[not-text]: `jobs/requirements/run.txt` is not a text in UTF-8: line 1 holds byte 0xe9" in said


def test_check_without_a_lock_judges_the_builds_of_listed_packages(tmp_path: Path) -> None:
    """`ml from` a list: torch is one of a family, and no build of it fits."""
    (tmp_path / "lockfiles").mkdir()
    (tmp_path / "requirements.txt").write_text("torch==1.0\n")
    (tmp_path / "train.env").write_text('env train < python 3.12; ml from "requirements.txt" >\n')
    found = envc("check", "train.env", folder=tmp_path)
    assert found.exit_code == 1
    assert "error[no-compatible-build]" in found.stderr
    (tmp_path / "requirements.txt").write_text("torch==1.0; sys_platform == 'win32'\n")
    assert envc("check", "train.env", folder=tmp_path).exit_code == 0
