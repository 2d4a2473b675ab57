"""The command line: exit codes, what goes to which stream, help, and what is imported to start."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from envc.cli import main
from envc.declarations import words
from envc.language.usage import usage, words_within
from envc.resources import explained, explanation
from tests.unit.cli.project import Answer, Project, envc

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Answer:
    """Run a command line in this process."""
    exit_code = main.run(arguments)
    return Answer(exit_code, *capsys.readouterr())


def test_0_well(project: Project) -> None:
    assert envc("check", "train.env", folder=project.root) == (0, "", "")


def test_1_the_program_is_wrong(project: Project) -> None:
    project.program.write_text("env train < pyton 3.12 >")
    answer = envc("check", "train.env", folder=project.root)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.startswith("error[unknown-word]: ")
    assert "train.env:1:13" in answer.stderr


def test_1_a_difference(project: Project) -> None:
    assert envc("diff", "train.env", folder=project.root).exit_code == 0
    project.program.write_text(project.program.read_text().replace("11.3", "11.8"))
    assert envc("diff", "train.env", folder=project.root).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("chek", "train.env"),
        ("check",),
        ("check", "train.env", "--frozn"),
        ("compile", "train.env", "--arg", "MODE"),
        ("lock", "train.env", "--platform", "linux/s390x"),
        ("--frozen",),
    ],
)
def test_2_usage(project: Project, arguments: tuple[str, ...]) -> None:
    answer = envc(*arguments, folder=project.root)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr.startswith(("usage: envc ", "envc: "))
    assert "Traceback" not in answer.stderr


def test_3_the_world_failed(project: Project) -> None:
    (project.root / "build").write_text("a file where a folder should be")
    answer = envc("compile", "train.env", folder=project.root)
    assert (answer.exit_code, answer.stdout) == (3, "")
    assert answer.stderr.startswith("error[unwritable-output]: ")


def test_70_a_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A command that is broken, found as every command is."""
    (tmp_path / "broken.py").write_text('"""Breaks."""\ndef arguments(parser): pass\ndef run(options): return 1 // 0\n')
    monkeypatch.setattr(main, "_FOLDER", tmp_path)
    package = import_module("envc.cli.commands")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    answer = run(capsys, "broken")
    del sys.modules["envc.cli.commands.broken"]
    assert (answer.exit_code, answer.stdout) == (70, "")
    assert "ZeroDivisionError" in answer.stderr
    assert answer.stderr.endswith("this is a bug in envc, not in your program: please report the lines above\n")


def test_an_unknown_command_is_answered_with_a_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "complie")
    assert answer.exit_code == 2
    assert answer.stderr.splitlines()[:2] == [
        "envc: there is no command `complie`",
        "a command has a similar name: envc compile",
    ]
    assert "similar" not in run(capsys, "xyzzy").stderr


def test_the_overview_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ((), ("--help",), ("-h",)):
        answer = run(capsys, *arguments)
        assert (answer.exit_code, answer.stderr) == (0, "")
        for name in main.commands():
            assert re.search(rf"^  {name} +[A-Z].*\.$", answer.stdout, flags=re.MULTILINE), name


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    from envc import __version__

    assert run(capsys, "--version") == (0, f"envc {__version__}\n", "")


@pytest.mark.parametrize("name", main.commands())
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main.run([name, "--help"])
    out, err = capsys.readouterr()
    assert (stopped.value.code, err) == (0, "")
    assert out.startswith(f"usage: envc {name}")
    assert "/root" not in out
    assert str(Path.home()) not in out


def test_help_lists_every_word_and_explains_each(capsys: pytest.CaptureFixture[str]) -> None:
    listed = run(capsys, "help").stdout.partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == words.names()
    assert all(line.endswith(".") for line in listed)
    width = max(map(len, words.names()))
    assert all(line[width] == " " and line[width + 1].isupper() for line in listed)
    for word in words.names():
        answer = run(capsys, "help", word)
        assert (answer.exit_code, answer.stderr) == (0, "")
        assert answer.stdout.startswith(word)
        assert "\nexamples\n" in answer.stdout
    assert run(capsys, "help", "pyhton") == (1, "", "envc: there is no word `pyhton`; `python` is near\n")


@pytest.mark.parametrize(
    ("word", "usage"),
    [
        ("labels", "labels NAME VALUE … | < one; … >"),
        ("check", "check < run COMMAND…; … >"),  # what follows would be of the first command
        ("gpu", "[base|runtime|devel]"),
        ("run", "[entrypoint base]"),
        ("target", "[exclusive] [< set NAME VALUE; … >]"),
        ("conda", "conda NAME [VERSION] … [from CHANNELS…] | < one; … >"),
        ("pip", "[needs NEEDS…] …] [from LISTED]"),
    ],
)
def test_help_says_how_a_word_is_written(capsys: pytest.CaptureFixture[str], word: str, usage: str) -> None:
    assert usage in run(capsys, "help", word).stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("provides", "  base IMAGE [provides PROVIDES…]"),
        ("because", "  override NAME VERSION because BECAUSE"),
        ("pinned", "  ml [NAME [VERSION]"),
        ("with", "[with packages]"),
        ("keeps", "< apt|fetches|jobs|run|keeps VALUES… [in FOLDER]; … >"),
        ("in", "[in FOLDER]"),
        ("drop", "`ml drop apex`"),
    ],
)
def test_help_says_which_words_have_a_word_that_stands_within_items(
    capsys: pytest.CaptureFixture[str], word: str, said: str
) -> None:
    answer = run(capsys, "help", word)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert said in answer.stdout


def test_a_word_that_stands_within_items_is_in_the_usage_that_help_prints() -> None:
    """Whoever asks for it is sent there."""
    for name in words.names():
        word = words.find(name)
        assert word is not None
        written = set(re.findall(r"[\w-]+", usage(name, word)))
        assert words_within(word) <= written, name


def test_explain_lists_every_page_and_prints_each(capsys: pytest.CaptureFixture[str]) -> None:
    names = run(capsys, "explain").stdout.splitlines()
    assert names == explained()
    assert names == sorted(names)
    for name in names:
        assert run(capsys, "explain", name) == (0, explanation(name), "")
    answer = run(capsys, "explain", "unknown-pyton")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert run(capsys, "explain", "../explain/unknown-word").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "train.env", "--json"),
        ("compile", "train.env", "--json"),
        ("hash", "train.env", "--json"),
        ("diff", "train.env", "--json"),
        ("diff", "train.env", "train.env", "--json"),
        ("lock", "train.env", "--json"),
    ],
)
def test_json_is_all_there_is_on_stdout(project: Project, arguments: tuple[str, ...]) -> None:
    first = envc(*arguments, folder=project.root)
    assert first.exit_code == 0
    assert isinstance(json.loads(first.stdout), dict)
    assert envc(*arguments, folder=project.root) == first
    assert envc(*arguments, folder=project.root, ENVC_CACHE="off") == first


def test_what_is_wrong_is_on_stdout_as_json(project: Project) -> None:
    """With the place of every label and edit, in lines, columns and offsets; and on stderr for people."""
    text = 'env train <\n  python 3.12\n  workdri "/app"\n>\n'
    project.program.write_text(text)
    answer = envc("check", "train.env", "--json", folder=project.root)
    assert answer.exit_code == 1
    assert answer.stderr.startswith("error[unknown-word]: ")
    found = json.loads(answer.stdout)
    (one,) = found["diagnostics"]
    assert (found["environments"], found["edition"]) == ([], None)
    assert (one["name"], one["severity"], one["message"]) == (
        "unknown-word",
        "error",
        "there is no word `workdri`",
    )
    start, end = ({"line": 3, "column": column, "offset": text.index("workdri") + column - 3} for column in (3, 10))
    assert one["labels"] == [
        {"path": "train.env", "start": start, "end": end, "text": "not known here", "primary": True}
    ]
    (fix,) = one["fixes"]
    assert text[: fix["start"]["offset"]] + fix["replacement"] + text[fix["end"]["offset"] :] == text.replace(
        "workdri", "workdir"
    )
    assert one["notes"]
    assert envc("check", "train.env", "--json", folder=project.root) == answer


@pytest.mark.parametrize(
    ("text", "exit_code", "severities"),
    [
        ("env train < python 3.9 >", 0, ["warning"]),
        ("env train < python 3.12; user root >", 0, ["warning"]),
        ("env train < python 3.12", 1, ["error"]),
        ('env train < python 3.12; pip from "r.txt" >', 1, ["error"]),
        ("env train < python 3.99; user root >", 1, ["warning", "error"]),
    ],
)
def test_warnings_and_errors_are_both_in_the_json(
    project: Project, text: str, exit_code: int, severities: list[str]
) -> None:
    project.program.write_text(text)
    shutil.rmtree(project.root / "lockfiles" / "train")
    answer = envc("check", "train.env", "--json", folder=project.root)
    assert answer.exit_code == exit_code
    assert [one["severity"] for one in json.loads(answer.stdout)["diagnostics"]] == severities
    assert envc("check", "train.env", "--json", folder=project.root) == answer


@pytest.mark.parametrize("command", ["compile", "hash", "lock", "explain"])
def test_another_command_that_fails_says_why_as_json(project: Project, command: str) -> None:
    project.program.write_text("env train < pyton 3.12 >")
    answer = envc(command, "train.env", "--json", folder=project.root)
    assert answer.exit_code == 1
    assert [one["name"] for one in json.loads(answer.stdout)["diagnostics"]] == ["unknown-word"]


def test_what_the_json_says(project: Project) -> None:
    compiled = json.loads(envc("compile", "train.env", "--json", folder=project.root).stdout)
    assert all((project.root / file).is_file() for file in compiled["files"])
    hashes = json.loads(envc("hash", "train.env", "--json", folder=project.root).stdout)
    assert {name: hashes[name] for name in ("environment", "reproducibility")} == compiled["hashes"]
    text = envc("hash", "train.env", "--explain", folder=project.root).stdout
    assert set(re.findall(r"sha256:[0-9a-f]{64}", text)) == {
        *compiled["hashes"].values(),
        *hashes["branches"].values(),
    }
    other = json.loads(envc("hash", "train.env", "--json", "--arg", "MODE=live", folder=project.root).stdout)
    assert [name for name, value in other["branches"].items() if value != hashes["branches"][name]] == ["settings"]


def test_talk_goes_to_stderr(project: Project) -> None:
    answer = envc("compile", "train.env", folder=project.root)
    assert answer.stdout == ""
    assert answer.stderr.startswith("wrote build/train/: Dockerfile, ")


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colours(project: Project, variables: dict[str, str], coloured: bool) -> None:
    project.program.write_text("env train < pyton 3.12 >")
    answer = envc("check", "train.env", folder=project.root, TERM="xterm-256color", **variables)
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-9]", answer.stderr)) == coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", answer.stderr).startswith("error[unknown-word]: ")


@pytest.mark.parametrize("arguments", [("explain",), ("help",), ("--help",), ("check", "train.env", "--json")])
def test_a_reader_that_has_read_enough(project: Project, arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    for variables in ({"PYTHONUNBUFFERED": "1"}, {}):
        environ = (
            {**os.environ, **variables}
            if variables
            else {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
        )
        finished = subprocess.run(
            [sys.executable, "-m", "envc", *arguments],
            cwd=project.root,
            stdout=write,
            stderr=subprocess.PIPE,
            env=environ,
            check=False,
        )
        assert (finished.returncode, finished.stderr) == (0, b"")
    os.close(write)


def imported(*arguments: str, folder: Path) -> set[str]:
    """Return the top-level packages that a command line imports, as Python itself says."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-X", "importtime", "-m", "envc", *arguments]
    finished = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    lines = re.findall(r"^import time: .*\| +(\S+)$", finished.stderr, flags=re.MULTILINE)
    assert len(lines) > 50
    return {name.partition(".")[0] for name in lines} | set(lines)


HEAVY = {"docker", "rich", "requests", "piptools", "packaging", "urllib3", "asyncio", "subprocess"}
if sys.version_info < (3, 11):
    HEAVY -= {"subprocess"}  # pydantic itself imports it there


@pytest.mark.parametrize("arguments", [("check", "train.env"), ("compile", "train.env"), ("hash", "train.env")])
def test_nothing_heavy_is_imported_and_the_second_time_nothing_at_all(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Over the example of one line, with the lock that is committed."""
    shutil.copy(EXAMPLES / "train.env", tmp_path)
    shutil.copytree(EXAMPLES.parent / "lockfiles" / "examples" / "train", tmp_path / "lockfiles" / "train")
    cold = imported(*arguments, folder=tmp_path)
    assert {"lark", "pydantic"} <= cold
    assert not cold & HEAVY
    warm = imported(*arguments, folder=tmp_path)
    assert not warm & (HEAVY | {"lark", "pydantic", "pydantic_core", "argparse"})


def test_a_program_above_its_lock_and_several_environments(project: Project) -> None:
    project.program.write_text("env a < python 3.12 >\nenv b < python 3.12 >\n")
    answer = envc("check", "train.env", folder=project.root)
    assert answer.exit_code == 1
    assert "error[no-such-environment]" in answer.stderr
    assert envc("check", "train.env", "b", folder=project.root).exit_code == 0


def test_a_root_above_nothing(project: Project) -> None:
    answer = envc("check", "train.env", "--root", "src", folder=project.root)
    assert (answer.exit_code, answer.stderr.splitlines()[0]) == (
        1,
        "error[program-outside-root]: `train.env` does not lie below `src`",
    )


def test_a_lock_that_is_no_text(project: Project) -> None:
    (project.root / "lockfiles/train/lock.json").write_bytes(b"\xff\xfe\x00")
    for arguments in (("compile", "train.env"), ("diff", "lockfiles/train", "lockfiles/train")):
        answer = envc(*arguments, folder=project.root)
        assert answer.exit_code == 1
        assert answer.stderr.startswith("error[damaged-lock]: ")


def test_frozen_and_not(project: Project) -> None:
    project.program.write_text(project.program.read_text().replace("11.3", "11.8"))
    warned = envc("check", "train.env", folder=project.root)
    assert (warned.exit_code, warned.stderr.splitlines()[0]) == (
        0,
        "warning[stale-lock]: `lockfiles/train/lock.json` was made for an older `train.env`",
    )
    frozen = envc("check", "train.env", "--frozen", folder=project.root)
    assert frozen.exit_code == 1
    assert frozen.stderr.startswith("error[stale-lock]: ")


@pytest.mark.parametrize("command", ["check", "compile", "hash", "lock", "build", "run", "diff", "explain", "vendor"])
def test_every_command_about_a_program_can_be_told_to_choose_nothing(command: str) -> None:
    module = import_module(f"envc.cli.commands.{command}")
    parser = argparse.ArgumentParser(exit_on_error=False)
    module.arguments(parser)
    assert "--frozen" in parser.format_help()
