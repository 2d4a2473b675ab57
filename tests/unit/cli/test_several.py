"""Several environments in one command: each is done, one that fails is told by name, and the exit code is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envc.cli import compiling, loading, main
from envc.lock.files import write
from tests.unit.cli.project import Answer, envc
from tests.unit.lock.world import PLATFORM, Packages, choose, world

PROGRAM = """\
env base takes version 3.12 < python $version; pip six; set FI_PROVIDER efa >
env train from base < copy "train.py" >
env serve from base < copy "serve.py" >
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of three environments, all locked; `serve` copies a file that is not there."""
    (tmp_path / "core.env").write_text(PROGRAM)
    (tmp_path / "train.py").write_text("print(1)")
    (tmp_path / "lockfiles").mkdir()
    for loaded in loading.load_environments(tmp_path / "core.env", None, None):
        loaded.lock_folder.mkdir()
        locked = choose(
            loaded.environment,
            PLATFORM,
            world(Packages({"six": ["1.17.0"]}), artifacts=compiling.measure_artifacts(loaded)),
        )
        for name, text in write([locked]).items():
            (loaded.lock_folder / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Answer:
    capsys.readouterr()
    return Answer(main.run(arguments), *capsys.readouterr())


def test_one_that_fails_is_told_by_name_and_the_others_are_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = run(capsys, "compile", "core.env", "--all")
    assert answer.exit_code == 1
    assert "\nserve:\nerror[no-such-file]" in answer.stderr
    assert answer.stderr.endswith("1 of 3 environments failed: serve\n")
    assert sorted(path.name for path in (folder / "build").iterdir()) == ["core.base", "core.train"]


def test_a_warning_that_all_inherit_is_said_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "check", "core.env", "--all")
    assert answer.exit_code == 0
    assert answer.stderr.count("warning[setting-of-one-cluster]") == 1


def test_each_of_several_is_named_in_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "hash", "core.env", "serve", "base", "base", "--json").stdout)["environments"]
    assert [one["name"] for one in found] == ["serve", "base"]
    assert found[0]["failed"] == ["no-such-file"]
    alone = json.loads(run(capsys, "hash", "core.env", "base", "--json").stdout)
    assert found[1] == {"name": "base", **alone}


def test_all_of_one_answers_as_for_several(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "core.env").write_text(PROGRAM.splitlines()[0])
    found = json.loads(run(capsys, "hash", "core.env", "--all", "--json").stdout)
    assert [one["name"] for one in found["environments"]] == ["base"]


def test_a_name_that_is_none_stops_before_anything_is_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "compile", "core.env", "train", "srve")
    assert answer.exit_code == 1
    assert "error[no-such-environment]" in answer.stderr
    assert not (folder / "build").exists()


def test_each_of_several_gets_a_folder_in_the_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "compile", "core.env", "train", "base", "--output", "out").exit_code == 0
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["base", "train"]
    assert run(capsys, "compile", "core.env", "train", "--output", "one").exit_code == 0
    assert (folder / "one" / "Dockerfile").is_file()


def test_a_build_without_an_engine_writes_the_files_of_all(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = envc("build", "core.env", "train", "serve", "base", folder=folder, DOCKER_HOST="unix:///nowhere")
    assert answer.exit_code == 1
    assert "train, 1 of 3\n" in answer.stderr
    table = [line.split() for line in answer.stderr.splitlines() if line.startswith(("train ", "serve ", "base "))]
    assert table[-3:] == [
        ["train", "none;", "its", "files", "lie", "in", "build/core.train/"],
        ["serve", "failed:", "no-such-file"],
        ["base", "none;", "its", "files", "lie", "in", "build/core.base/"],
    ]
    assert (folder / "build" / "core.base" / "Dockerfile").is_file()


def test_one_name_is_not_for_several_images(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "build", "core.env", "--all", "--tag", "ranker:new")
    assert (answer.exit_code, answer.stderr) == (2, "envc: --tag names one image, and several are built\n")


def test_what_several_wrote_is_written_again(folder: Path) -> None:
    """The answer for several is remembered as one: a file that was removed comes back."""
    (folder / "core.env").write_text(PROGRAM.replace("set FI_PROVIDER efa", 'set GREETING "hello"'))
    arguments = ("compile", "core.env", "train", "base")
    first = envc(*arguments, folder=folder)
    file = folder / "build" / "core.base" / "run.json"
    file.unlink()
    assert envc(*arguments, folder=folder) == first
    assert file.is_file()


def test_the_help_names_the_environment_that_is_to_be_locked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "core.env").write_text(PROGRAM + "env core from base < >\nenv probe from base < >\n")
    answer = run(capsys, "check", "core.env", "core", "probe", "--frozen")
    assert "`envc lock core.env` chooses" in answer.stderr
    assert "`envc lock core.env probe` chooses" in answer.stderr
