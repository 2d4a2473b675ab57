"""The root of a project: the nearest folder with `lockfiles/` at or above the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.sources.project import find_project


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "a" / "b" / "train.env"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_without_lockfiles_it_is_the_programs_own_folder(program: Path) -> None:
    if any((folder / "lockfiles").is_dir() for folder in program.parents):
        pytest.skip("a folder above the temporary ones has `lockfiles/`")
    project = find_project(program)
    assert (project.root, project.program) == (program.parent, program)
    assert project.places("train").lock == "lockfiles/train"


def test_the_nearest_folder_with_lockfiles_wins(program: Path, tmp_path: Path) -> None:
    (tmp_path / "lockfiles").mkdir()
    assert find_project(program).root == tmp_path
    assert find_project(program).places("train").lock == "lockfiles/a/b/train"
    assert find_project(program).places("probe").output == "build/a/b/train.probe"
    (tmp_path / "a" / "lockfiles").mkdir()
    assert find_project(program).root == tmp_path / "a"
    (program.parent / "lockfiles").mkdir()
    assert find_project(program).root == program.parent


def test_a_file_of_that_name_is_no_root(program: Path, tmp_path: Path) -> None:
    (tmp_path / "lockfiles").mkdir()
    (program.parent / "lockfiles").touch()
    assert find_project(program).root == tmp_path


def test_a_root_that_is_given(program: Path, tmp_path: Path) -> None:
    (program.parent / "lockfiles").mkdir()
    project = find_project(program, tmp_path)
    assert (project.root, project.places("train").program) == (tmp_path, "a/b/train.env")
    with pytest.raises(Report) as report:
        find_project(program, tmp_path / "elsewhere")
    assert report.value.diagnostics[0].name == "program-outside-root"


def test_paths_are_read_from_where_the_user_stands(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(program.parent)
    assert find_project(Path("train.env")).program == program
    assert find_project(Path("../b/train.env")).program == program
    assert find_project(Path("train.env"), Path("..")).root == program.parent.parent


def test_a_link_to_a_folder_leads_to_the_project_there(program: Path, tmp_path: Path) -> None:
    (tmp_path / "a" / "lockfiles").mkdir()
    (tmp_path / "link").symlink_to("a/b")
    assert find_project(tmp_path / "link" / "train.env").root == tmp_path / "a"


def test_a_link_to_a_program_has_the_project_that_the_link_lies_in(program: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "lockfiles").mkdir(parents=True)
    (folder / "train.env").symlink_to(program)
    assert find_project(folder / "train.env").root == folder
