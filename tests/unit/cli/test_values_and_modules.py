"""`--set` on every command that takes a program, and modules beside it: in lock, hash, outputs and memory."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from envc.cli import main
from envc.cli.commands.lock import _programs_here
from envc.cli.module_help import module_names
from tests.unit.cli.project import Answer, Project

PROGRAM = """\
use team.mine

env base takes cuda 11.3 mode 1 <
  python 3.12
  gpu cuda $cuda
  set MODE $mode
>
env train from base <
  ml torch pinned
  team.mine
  on linux/arm64 < set MODE arm >
>
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "mine.env").write_text("module team.mine < expose 81 >\n")
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, text=PROGRAM)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Answer:
    exit_code = main.run(arguments)
    return Answer(exit_code, *capsys.readouterr())


def run_manifest(project: Project) -> dict[str, object]:
    found: dict[str, object] = json.loads((project.root / "build/train/run.json").read_text())
    return found


def test_a_chosen_value_is_in_outputs_and_hash(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """As if it stood in the program; and the default again without it, whatever is remembered."""
    default = said(capsys, "hash", "train.env")
    chosen = said(capsys, "hash", "train.env", "--set", "mode=2")
    assert (default.exit_code, chosen.exit_code) == (0, 0)
    assert default.stdout != chosen.stdout
    assert said(capsys, "compile", "train.env", "--set", "mode=2").exit_code == 0
    assert '"MODE": "2"' in json.dumps(run_manifest(project))
    assert said(capsys, "hash", "train.env").stdout == default.stdout
    project.program.write_text(PROGRAM.replace("mode 1", "mode 2"))
    assert said(capsys, "hash", "train.env").stdout == chosen.stdout


def test_a_chosen_value_that_a_choice_depends_on_makes_the_lock_stale(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """The label stands at what asks for it."""
    assert said(capsys, "check", "train.env", "--frozen").exit_code == 0
    for command in (["check", "--frozen"], ["compile"], ["hash"], ["build"], ["run"]):
        answer = said(capsys, command[0], "train.env", *command[1:], "--set", "cuda=12.6")
        assert answer.exit_code == 1
        assert "stale-lock" in answer.stderr
        assert "`envc lock train.env --set cuda=12.6` makes the change" in answer.stderr
    answer = said(capsys, "diff", "train.env", "--set", "cuda=12.6", "--json")
    assert [one["subject"] for one in json.loads(answer.stdout)["changes"]] == ["gpu"]
    assert said(capsys, "diff", "train.env").exit_code == 0


def test_a_value_without_a_name_is_a_mistake_of_usage(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """As with --arg."""
    with pytest.raises(SystemExit) as ended:
        main.run(["check", "train.env", "--set", "cuda"])
    assert ended.value.code == 2
    assert "--set takes NAME=VALUE" in capsys.readouterr().err


def test_a_changed_module_is_read_anew(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """What is remembered depends on the files that `use` leads to."""
    first = said(capsys, "hash", "train.env")
    module = project.root / "team" / "mine.env"
    module.write_text("module team.mine < expose 82 >\n")
    second = said(capsys, "hash", "train.env")
    assert first.stdout != second.stdout
    module.write_text("module team.mine < expose 81 >\n# as it was\n")
    assert said(capsys, "hash", "train.env").stdout == first.stdout
    module.unlink()
    answer = said(capsys, "hash", "train.env")
    assert (answer.exit_code, "unknown-module" in answer.stderr) == (1, True)


def test_a_module_that_is_no_text_is_said(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """And a folder of its name is no module."""
    module = project.root / "team" / "mine.env"
    module.write_bytes(b"\0\1")
    answer = said(capsys, "check", "train.env")
    assert (answer.exit_code, "`team/mine.env` is not a text" in answer.stderr) == (1, True)
    module.unlink()
    module.mkdir()
    assert "unknown-module" in said(capsys, "check", "train.env").stderr


def test_help_knows_the_modules_beside_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of the current folder, or of the folder of a program that is named; a comment and examples are optional."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "x.env").write_text("module own.x needs a takes b 2 < set A $a; set B $b >\n")
    (tmp_path / "own" / "y.env").write_text("# Does it.\n#\n#     own.y\n\nmodule own.y < set A 1 >\n")
    (tmp_path / "own" / "z.env").write_text("module own.y < set A 1 >\n")
    monkeypatch.chdir(tmp_path)
    assert said(capsys, "help", "own.x").stdout.splitlines()[0] == "own.x a A [b 2]"
    assert "Does it.\n\nexamples\n  own.y\n\nown/y.env\n" in said(capsys, "help", "own.y").stdout
    assert said(capsys, "help").stdout.endswith("\nand beside the program\n  own.x\n  own.y\n")
    for name in ("own.z", "own.zz"):
        assert said(capsys, "help", name).stderr.startswith(f"envc: there is no word `{name}`; `own.")
    monkeypatch.chdir(tmp_path / "own")
    assert said(capsys, "help", "own.x").exit_code == 1
    assert "no-such-program" in said(capsys, "help", "own.x", "--program", "../train.env").stderr
    (tmp_path / "train.env").write_text(PROGRAM)
    assert said(capsys, "help", "own.x", "--program", "../train.env").exit_code == 0


def test_help_lists_the_librarys_modules_and_explains_each(capsys: pytest.CaptureFixture[str]) -> None:
    """Behind the words; one that is misspelt is suggested."""
    listed = said(capsys, "help").stdout.partition("\n\n")[2].splitlines()[1:]
    assert [line.split()[0] for line in listed] == module_names()
    assert all(line.endswith(".") for line in listed)
    for name in module_names():
        answer = said(capsys, "help", name)
        assert (answer.exit_code, answer.stderr) == (0, "")
        assert answer.stdout.startswith(name)
        assert f"module {name} " in answer.stdout
    assert said(capsys, "help", "serve.htpp").stderr.endswith("`serve.http` is near\n")


def test_a_pipe_beside_the_program_is_not_waited_for(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor anything else that is no plain file, where modules of a similar name are looked for."""
    os.mkfifo(project.root / "pipe.env")
    project.program.write_text(PROGRAM.replace("use team.mine", "use team.mien"))
    assert "unknown-module" in said(capsys, "check", "train.env").stderr


def test_a_misspelt_module_beside_the_program_is_suggested(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the library's are."""
    project.program.write_text(PROGRAM.replace("use team.mine", "use team.mien"))
    assert "+ use team.mine" in said(capsys, "check", "train.env").stderr


def test_a_lock_of_another_platform_takes_what_holds_there(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lock's platform says which."""
    assert said(capsys, "compile", "train.env").exit_code == 0
    assert '"MODE": "1"' in json.dumps(run_manifest(project))
    lock = project.root / "lockfiles/train/lock.json"
    lock.write_text(lock.read_text().replace("linux/amd64", "linux/arm64"))
    for pins in lock.parent.glob("*x86_64*"):
        pins.rename(pins.with_name(pins.name.replace("x86_64", "aarch64")))
    assert said(capsys, "compile", "train.env").exit_code == 0
    assert '"MODE": "arm"' in json.dumps(run_manifest(project))


def test_a_file_of_modules_is_no_program_of_its_folder(project: Project) -> None:
    """`envc lock` without a program passes it by; a program with modules of its own, or with a mistake, stays one."""
    (project.root / "own.env").write_text("use serve.http\nmodule own < expose 80 >\n")
    (project.root / "both.env").write_text("module own < expose 80 >\nenv both < python 3.12; own >\n")
    (project.root / "wrong.env").write_text("module own <\n")
    assert [path.name for path in _programs_here()] == ["both.env", "train.env", "wrong.env"]
