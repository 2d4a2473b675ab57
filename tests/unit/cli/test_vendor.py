"""`envc vendor` before anything is fetched: what is no vendored folder is left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.cli.project import Answer, Project, envc


def errors(answer: Answer) -> tuple[int, list[str]]:
    return answer.exit_code, re.findall(r"^error\[([a-z-]+)\]", answer.stderr, re.MULTILINE)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_folder_with_other_things_is_left_alone(project: Project) -> None:
    (project.root / "mine").mkdir()
    (project.root / "mine" / "thesis.txt").write_text("all of it")
    answer = envc("vendor", "train.env", "--to", "mine", folder=project.root)
    assert errors(answer) == (1, ["occupied-folder"])
    assert project.files("mine") == {"mine/thesis.txt": b"all of it"}


def test_a_file_of_ones_own_in_a_vendored_folder_is_left_alone(project: Project) -> None:
    (project.root / "v").mkdir()
    record = '{"environment": "train", "platform": "linux/amd64", "images": {}, "files": {}}'
    (project.root / "v" / "vendor.json").write_text(record)
    (project.root / "v" / "thesis.txt").write_text("all of it")
    answer = envc("vendor", "train.env", "--to", "v", folder=project.root)
    assert errors(answer) == (1, ["occupied-folder"])
    assert "thesis.txt" in answer.stderr
    assert (project.root / "v" / "thesis.txt").read_text() == "all of it"


def test_a_folder_that_the_image_would_copy_is_refused(project: Project) -> None:
    answer = envc("vendor", "train.env", "--to", "src/v", folder=project.root)
    assert errors(answer) == (1, ["copied-vendor-folder"])
    assert not (project.root / "src" / "v").exists()


def test_vendoring_needs_a_fresh_lock(project: Project) -> None:
    project.program.write_text(project.program.read_text().replace("3.12", "3.11"))
    answer = envc("vendor", "train.env", "--to", "v", folder=project.root)
    assert errors(answer) == (1, ["stale-lock"])
