"""What is remembered is never wrong: an answer with memory is the answer without, whatever happened in between."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.cli import main
from envc.cli.remembered import Memory
from envc.diagnostics import Report
from tests.unit.cli.project import PROGRAM, Answer, Project, envc

Edit = Callable[[Project], object]
COMPILE = ("compile", "jobs/train.env")


def write(path: str, text: str) -> Edit:
    def edit(project: Project) -> None:
        (project.root / path).parent.mkdir(parents=True, exist_ok=True)
        (project.root / path).write_text(text)

    return edit


def replace(path: str, old: str, new: str) -> Edit:
    def edit(project: Project) -> None:
        file = project.root / path
        file.write_text(file.read_text().replace(old, new))

    return edit


def remove(path: str) -> Edit:
    def edit(project: Project) -> None:
        place = project.root / path
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        elif place.exists() or place.is_symlink():
            place.unlink()

    return edit


def mode(path: str, bits: int) -> Edit:
    return lambda project: (project.root / path).chmod(bits)


def link(path: str, target: str) -> Edit:
    def edit(project: Project) -> None:
        remove(path)(project)
        (project.root / path).symlink_to(target)

    return edit


def occupy(path: str) -> Edit:
    def edit(project: Project) -> None:
        remove(path)(project)
        write(path, "x")(project)

    return edit


def folder(path: str) -> Edit:
    def edit(project: Project) -> None:
        remove(path)(project)
        (project.root / path).mkdir(parents=True)

    return edit


LOCK = "lockfiles/jobs/train"
EDITS: dict[str, Edit] = {
    "nothing": lambda _: None,
    "a comment in the program": write("jobs/train.env", "# new\n" + PROGRAM),
    "the program as it was": write("jobs/train.env", PROGRAM),
    "a program that makes the lock stale": replace("jobs/train.env", "11.3", "11.8"),
    "a program with a mistake": replace("jobs/train.env", "python", "pyton"),
    "a program that warns": replace("jobs/train.env", 'copy "src"', 'copy "src"; user root'),
    "a program with other settings": replace("jobs/train.env", 'copy "src"', 'copy "src"; set A 1'),
    "a program that also runs elsewhere": replace("jobs/train.env", 'copy "src"', 'copy "src"; target slurm'),
    "another reason in the lock": replace(f"{LOCK}/lock.json", "smallest", "largest"),
    "a damaged lock": write(f"{LOCK}/lock.json", "{"),
    "a lost requirements file": remove(f"{LOCK}/py3.12-linux-x86_64.pytorch-cu118.txt"),
    "a changed hash": replace(f"{LOCK}/py3.12-linux-x86_64.pytorch-cu118.txt", "sha256:0", "sha256:1"),
    "a file beside the lock": write(f"{LOCK}/notes.txt", "x"),
    "a lock made anew": lambda project: project.lock(),
    "no lock": remove(LOCK),
    "a copied file": write("jobs/src/a.py", "a = 2\n"),
    "a copied file, one byte with the same size": write("jobs/src/a.py", "a = 3\n"),
    "a new copied file": write("jobs/src/c/d.py", "d = 1\n"),
    "a copied file less": remove("jobs/src/b.py"),
    "an executable": mode("jobs/src/a.py", 0o755),
    "no executable": mode("jobs/src/a.py", 0o644),
    "a file that is left out": write("jobs/src/__pycache__/a.pyc", "x"),
    "a link in a copied folder": link("jobs/src/l", "a.py"),
    "a link to something else": link("jobs/src/l", "b.py"),
    "a copied folder that is gone": remove("jobs/src"),
    "other weights": write("jobs/net.pt", "others"),
    "the weights as they were": write("jobs/net.pt", "weights"),
    "a nearer folder of locks": write("jobs/lockfiles/keep", ""),
    "no nearer folder of locks": remove("jobs/lockfiles"),
    "no folder of locks": remove("lockfiles"),
    "outputs that are gone": remove("build"),
    "one output that is gone": remove("build/jobs/train/run.json"),
    "an output changed by hand": write("build/jobs/train/Dockerfile", "FROM scratch\n"),
    "a file where outputs go": occupy("build"),
    "a folder where an output goes": folder("build/jobs/train/Dockerfile"),
}


@pytest.fixture
def recalls(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Collect, for each command line, whether its answer was recalled."""
    found: list[bool] = []
    recall = Memory.recall

    def watched(memory: Memory) -> int | None:
        answer = recall(memory)
        found.append(answer is not None)
        return answer

    monkeypatch.setattr(Memory, "recall", watched)
    return found


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Answer:
    exit_code = main.run(arguments)
    return Answer(exit_code, *capsys.readouterr())


def both_ways(
    capsys: pytest.CaptureFixture[str], project: Project, monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[Answer, dict[str, bytes], Answer, dict[str, bytes]]:
    """Answer with memory, then without, from the same state; return both, and the files of both."""
    with tempfile.TemporaryDirectory() as kept:
        before = Path(kept) / "build"
        place = project.root / "build"
        copy(place, before)
        remembered, files = answer(capsys, *arguments), project.files()
        after = Path(kept) / "after"
        copy(place, after)
        put_back(place, before)
        with monkeypatch.context() as patch:
            patch.setenv("ENVC_CACHE", "off")
            fresh, fresh_files = answer(capsys, *arguments), project.files()
        put_back(place, after)
    return remembered, files, fresh, fresh_files


def copy(place: Path, target: Path) -> None:
    if place.is_dir():
        shutil.copytree(place, target)
    elif place.is_file():
        shutil.copy(place, target)


def put_back(place: Path, kept: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    copy(kept, place)


FROZEN = ("lock", "jobs/train.env", "--frozen")
COMMANDS = (COMPILE, ("check", "jobs/train.env"), ("hash", "jobs/train.env", "--explain"), FROZEN)


@pytest.mark.parametrize("name", EDITS)
def test_after_an_edit_the_answer_is_the_one_without_memory(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(tmp_path, "jobs/train.env")
    monkeypatch.chdir(tmp_path)
    for arguments in COMMANDS:
        assert answer(capsys, *arguments).exit_code == 0
    EDITS[name](project)
    for arguments in COMMANDS:
        remembered, files, fresh, fresh_files = both_ways(capsys, project, monkeypatch, *arguments)
        assert remembered == fresh
        assert files == fresh_files
        assert answer(capsys, *arguments) == fresh
        assert project.files() == fresh_files


@given(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=6))
def test_after_any_edits_the_answer_is_the_one_without_memory(edits: list[str]) -> None:
    """The same over random edits, one after the other, in one project."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", f"{name}/cache")
        (Path(name) / "project").mkdir()
        project = Project(Path(name).resolve() / "project", "jobs/train.env")
        patch.chdir(project.root)
        for edit in edits:
            with contextlib.suppress(OSError, Report):  # an edit of what an earlier one removed
                EDITS[edit](project)
            states = [(quiet(patch, cache), project.files()) for cache in ("", "", "off")]
            assert states[0] == states[1] == states[2]


def quiet(patch: pytest.MonkeyPatch, cache: str) -> Answer:
    """Answer in this process, streams caught."""
    patch.setenv("ENVC_CACHE", cache)
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        exit_code = main.run(COMPILE)
    return Answer(exit_code, out.getvalue(), err.getvalue())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "project").mkdir()
    one = Project(tmp_path / "project", "jobs/train.env")
    monkeypatch.chdir(one.root)
    return one


def test_an_unchanged_project_is_answered_from_memory(
    project: Project, capsys: pytest.CaptureFixture[str], recalls: list[bool]
) -> None:
    first = answer(capsys, *COMPILE)
    outputs = project.files()
    for edit in (
        "outputs that are gone",
        "one output that is gone",
        "an output changed by hand",
        "a file that is left out",
    ):
        EDITS[edit](project)
        assert answer(capsys, *COMPILE) == first
        assert project.files() == outputs
    assert recalls == [False, True, True, True, True]


def test_an_answer_that_failed_or_warned_is_not_kept(
    project: Project, capsys: pytest.CaptureFixture[str], recalls: list[bool]
) -> None:
    for edit in ("a program that warns", "a program with a mistake"):
        EDITS[edit](project)
        assert answer(capsys, "check", "jobs/train.env") == answer(capsys, "check", "jobs/train.env")
    assert recalls == [False] * 4


def test_a_lock_that_appears_where_there_was_none(
    project: Project, capsys: pytest.CaptureFixture[str], recalls: list[bool]
) -> None:
    locks = project.root / LOCK
    aside = project.root / "aside"
    locks.rename(aside)
    EDITS["a program that makes the lock stale"](project)
    assert [answer(capsys, "check", "jobs/train.env") for _ in range(2)] == [(0, "", "")] * 2
    aside.rename(locks)
    assert "warning[stale-lock]" in answer(capsys, "check", "jobs/train.env").stderr
    assert recalls == [False, True, False]


def test_another_working_directory_is_another_question(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    other = Project(tmp_path / "other", "jobs/train.env", PROGRAM.replace("MODE test", "MODE live"))
    first = answer(capsys, "hash", "jobs/train.env")
    monkeypatch.chdir(other.root)
    second = answer(capsys, "hash", "jobs/train.env")
    assert second.exit_code == 0
    assert second != first
    monkeypatch.chdir(project.root)
    assert answer(capsys, "hash", "jobs/train.env") == first


@pytest.mark.parametrize(
    "arguments", [("hash", "link/jobs/train.env"), ("hash", "link/jobs/train.env", "--root", "link")]
)
def test_a_link_that_is_turned_to_another_project(
    project: Project,
    tmp_path: Path,
    arguments: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both programs are the same; what they copy is not."""
    (tmp_path / "other").mkdir()
    other = Project(tmp_path / "other", "jobs/train.env")
    (other.root / "jobs/src/a.py").write_text("other\n")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("project")
    first = answer(capsys, *arguments)
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("other")
    second = answer(capsys, *arguments)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert second != first


def entries() -> list[Path]:
    return sorted((Path(os.environ["XDG_CACHE_HOME"]) / "envc" / "answers").glob("*.json"))


#: An entry with all its parts: files, trees and what was said are left open.
WHOLE = (
    b'{"inputs": {"places": {}, "files": %s, "folders": {}, "lockfiles": {}, "trees": %s}, "said": %s, "written": {}}'
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"inputs": {}, "said": [], "written": {}}',
        b'{"inputs": [], "said": [], "written": {}}',
        WHOLE % (b"[]", b"[]", b"[]"),
        WHOLE % (b"{}", b"[]", b"1"),
        WHOLE % (b"{}", b"[[1]]", b"[]"),
        WHOLE % (b"{}", b"[]", b'[["stdout"]]'),
    ],
)
def test_a_damaged_entry_is_no_answer(
    project: Project, content: bytes, capsys: pytest.CaptureFixture[str], recalls: list[bool]
) -> None:
    first = answer(capsys, *COMPILE)
    (entry,) = entries()
    entry.write_bytes(content)
    assert answer(capsys, *COMPILE) == first
    assert answer(capsys, *COMPILE) == first
    assert recalls == [False, False, True]


def test_a_cut_entry_is_no_answer(project: Project, capsys: pytest.CaptureFixture[str], recalls: list[bool]) -> None:
    first = answer(capsys, *COMPILE)
    (entry,) = entries()
    whole = entry.read_bytes()
    for length in range(0, len(whole), max(1, len(whole) // 25)):
        entry.write_bytes(whole[:length])
        assert answer(capsys, *COMPILE) == first
    assert not any(recalls)


def test_a_cache_that_cannot_be_written(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answer(capsys, *COMPILE)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert answer(capsys, *COMPILE) == first
    assert answer(capsys, *COMPILE) == first


def test_a_cache_is_private_and_does_not_grow_forever(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("envc.cli.remembered._MOST_ENTRIES", 4)
    for number in range(10):
        assert answer(capsys, "hash", "jobs/train.env", *["--explain"] * number).exit_code == 0
        assert len(entries()) <= 4
    assert entries()[0].parent.stat().st_mode & 0o077 == 0
    assert {path.suffix for path in entries()[0].parent.iterdir()} == {".json"}


def test_a_program_from_a_pipe_is_answered_and_not_remembered(project: Project, recalls: list[bool]) -> None:
    os.mkfifo(project.root / "pipe.env")
    for text in ("env pipe < python 3.12 >", "env pipe < pyton 3.12 >"):
        process = envc_of_pipe(project, text)
        assert (process.exit_code == 0) == ("python" in text)


def envc_of_pipe(project: Project, text: str) -> Answer:
    def feed() -> None:
        (project.root / "pipe.env").write_text(text)

    thread = threading.Thread(target=feed)
    thread.start()
    found = envc("check", "pipe.env", folder=project.root)
    thread.join()
    return found


def test_a_change_of_envc_itself_is_noticed(project: Project, tmp_path: Path) -> None:
    """A copy of envc, one of whose lines is changed between two runs."""
    repository = Path(main.__file__).parents[2]
    copied = tmp_path / "envc-copy"
    for name in ("envc", "grammar", "stdlib"):
        shutil.copytree(repository / name, copied / name, ignore=shutil.ignore_patterns("__pycache__"))
    first = envc(*COMPILE, folder=project.root, PYTHONPATH=str(copied))
    assert first.exit_code == 0
    assert len(entries()) == 1
    target = copied / "envc" / "targets" / "run.py"
    target.write_text(target.read_text().replace('"environment": plan.name', '"environment": plan.name.upper()'))
    second = envc(*COMPILE, folder=project.root, PYTHONPATH=str(copied))
    assert second == first
    assert b'"environment": "TRAIN"' in project.files()["build/jobs/train/run.json"]
    library = copied / "stdlib" / "library.env"
    library.write_text(library.read_text() + "\n# read again\n")
    envc(*COMPILE, folder=project.root, PYTHONPATH=str(copied))
    assert len(entries()) == 3
