"""Writing: whoever stops the process finds the old files or the new ones, whole."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.sources.writing import recover_folder, write_files, write_folder

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
NOBODY = 65534

#: Two versions of a lock that differ in every file, one of them in the names, too.
VERSIONS: dict[str, dict[str, str]] = {
    "a": {"lock.json": "a" * 70_000, "py3.12-linux-x86_64.txt": "a" * 200_000},
    "b": {"lock.json": "b" * 90_000, "py3.12-linux-x86_64.txt": "b" * 100_000, "py3.12-linux-x86_64.cpu.txt": "b" * 9},
}

WRITER = textwrap.dedent("""
    import itertools, json, sys
    from pathlib import Path
    from envc.sources.writing import write_files, write_folder

    function, folder, versions = sys.argv[1], Path(sys.argv[2]), json.loads(sys.stdin.readline())
    write = {"write_folder": write_folder, "write_files": write_files}[function]
    print("ready", flush=True)
    for version in itertools.cycle(versions):
        write(folder, versions[version], "the lock")
""")


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if not path.name.startswith(".")}


@contextlib.contextmanager
def writing(function: str, folder: Path, versions: dict[str, dict[str, str]]) -> Iterator[subprocess.Popen[str]]:
    """Run a process that writes version after version until it is killed."""
    command = [sys.executable, "-c", WRITER, function, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(versions) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def kill_often(function: str, folder: Path, kills: int) -> Iterator[int]:
    """Yield after each kill of a writer at a moment that a printed seed decides."""
    for seed in range(kills):
        print(f"seed {seed}")
        with writing(function, folder, VERSIONS) as process:
            time.sleep(random.Random(seed).uniform(0, 0.03))
            process.send_signal(signal.SIGKILL)
            process.wait()
        yield seed


def test_a_killed_writer_leaves_one_whole_version_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "lockfiles" / "train"
    write_folder(folder, VERSIONS["a"] | {"notes.md": "mine"}, "the lock")
    seen = set()
    for seed in kill_often("write_folder", folder, kills=40):
        found = contents(folder)
        assert found.pop("notes.md") == "mine", seed
        whole = [name for name, files in VERSIONS.items() if found == files]
        assert len(whole) == 1, (seed, {name: len(text) for name, text in found.items()})
        seen.update(whole)
    assert seen == {"a", "b"}
    write_folder(folder, VERSIONS["a"], "the lock")
    assert [path.name for path in folder.parent.iterdir()] == ["train"]


def test_a_killed_writer_leaves_each_file_whole(tmp_path: Path) -> None:
    folder = tmp_path / "build"
    write_files(folder, VERSIONS["a"], "build")
    seen = set()
    for seed in kill_often("write_files", folder, kills=20):
        for name, text in contents(folder).items():
            assert text in [files[name] for files in VERSIONS.values() if name in files], (seed, name, len(text))
            seen.add(text[0])
    assert seen == {"a", "b"}


def letters_in(folder: Path) -> set[str]:
    """Return the first letters of all files of one open folder; files that are gone by then have none."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        found = set()
        for name in os.listdir(handle):  # noqa: PTH208  # an open folder has no path
            with contextlib.suppress(FileNotFoundError):
                file = os.open(name, os.O_RDONLY, dir_fd=handle)
                found.add(os.read(file, 1).decode())
                os.close(file)
        return found
    finally:
        os.close(handle)


def test_a_reader_never_sees_two_versions_in_a_folder(tmp_path: Path) -> None:
    """One open folder is one version, while another process writes."""
    folder = tmp_path / "train"
    write_folder(folder, VERSIONS["a"], "the lock")
    seen: set[str] = set()
    start = time.monotonic()
    with writing("write_folder", folder, VERSIONS):
        while time.monotonic() < start + (1 if seen == {"a", "b"} else 20):
            for _ in range(50):
                letters = letters_in(folder)
                assert len(letters) <= 1
                seen |= letters
    assert seen == {"a", "b"}


def failing(function: str, folder: Path, files: dict[str, str]) -> Diagnostic:
    with pytest.raises(Report) as report:
        {"write_folder": write_folder, "write_files": write_files}[function](folder, files, "the lock")
    assert report.value.exit_code == 3
    (diagnostic,) = report.value.diagnostics
    return diagnostic


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("function", ["write_folder", "write_files"])
def test_a_file_that_may_not_grow_leaves_the_old_ones(tmp_path: Path, function: str) -> None:
    folder = tmp_path / "train"
    write_folder(folder, VERSIONS["a"], "the lock")
    with largest_file(80_000):
        diagnostic = failing(function, folder, VERSIONS["b"])
    assert (diagnostic.name, diagnostic.message) == (
        "unwritable-output",
        "`the lock` cannot be written: file too large",
    )
    assert contents(folder) == VERSIONS["a"]
    assert [path.name for path in tmp_path.rglob("*") if path.name.startswith(".")] == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 512 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    if not ROOT or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk can only be mounted by root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("function", ["write_folder", "write_files"])
def test_a_full_disk_leaves_the_old_files(small_disk: Path, function: str) -> None:
    folder = small_disk / "train"
    old = {"lock.json": "old"}
    write_folder(folder, old, "the lock")
    diagnostic = failing(function, folder, {"lock.json": "n" * 600_000})
    assert (diagnostic.name, diagnostic.message) == ("disk-full", "`the lock` cannot be written: the disk is full")
    assert contents(folder) == old
    assert [path.name for path in small_disk.rglob("*") if path.name.startswith(".")] == []
    write_folder(folder, {"lock.json": "n" * 200_000}, "the lock")


@contextlib.contextmanager
def as_someone_else() -> Iterator[Path]:
    """Give a folder of this user, and act as a user who may only read it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if not ROOT:
            folder.chmod(0o555)
            yield folder
            folder.chmod(0o755)
            return
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


@pytest.mark.parametrize("function", ["write_folder", "write_files"])
def test_a_folder_that_may_not_be_written(function: str) -> None:
    with as_someone_else() as folder:
        diagnostic = failing(function, folder / "train", VERSIONS["a"])
    assert (diagnostic.name, diagnostic.message) == (
        "unwritable-output",
        "`the lock` cannot be written: permission denied",
    )


@pytest.mark.parametrize("function", ["write_folder", "write_files"])
def test_a_file_where_a_folder_should_be(tmp_path: Path, function: str) -> None:
    (tmp_path / "build").write_text("mine")
    assert failing(function, tmp_path / "build" / "train", VERSIONS["a"]).name == "unwritable-output"
    assert (tmp_path / "build").read_text() == "mine"


@pytest.mark.parametrize(
    ("mask", "file", "folder"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700), (0o002, 0o664, 0o775)]
)
def test_new_files_have_the_modes_of_the_umask(tmp_path: Path, mask: int, file: int, folder: int) -> None:
    before = os.umask(mask)
    try:
        write_folder(tmp_path / "a" / "lock", {"x": "1"}, "lock")
        write_files(tmp_path / "b" / "out", {"x": "1"}, "out")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    for place in (tmp_path / "a" / "lock", tmp_path / "b" / "out"):
        assert place.stat().st_mode & 0o777 == folder
        assert (place / "x").stat().st_mode & 0o777 == file


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "programs" / "train.env"
    real.parent.mkdir()
    real.write_text("old")
    real.chmod(0o640)
    (tmp_path / "train.env").symlink_to("programs/train.env")
    write_files(tmp_path, {"train.env": "new"}, "train.env")
    assert (tmp_path / "train.env").is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == ("new", 0o640)


def test_what_has_the_same_text_is_left_alone(tmp_path: Path) -> None:
    write_files(tmp_path, {"a": "1", "b": "1"}, "out")
    before = {name: (tmp_path / name).stat().st_ino for name in "ab"}
    write_files(tmp_path, {"a": "1", "b": "2"}, "out")
    after = {name: (tmp_path / name).stat().st_ino for name in "ab"}
    assert (after["a"] == before["a"], after["b"] == before["b"]) == (True, False)


def test_requirements_of_before_go_and_everything_else_stays(tmp_path: Path) -> None:
    folder = tmp_path / "train"
    nested = folder / "probe"
    nested.mkdir(parents=True)
    (nested / "lock.json").write_text("of another program")
    (folder / "notes.md").write_text("mine")
    write_folder(folder, {"lock.json": "1", "py3.11-linux-x86_64.txt": "old"}, "lock")
    write_folder(folder, {"lock.json": "2", "py3.12-linux-x86_64.txt": "new"}, "lock")
    assert sorted(path.name for path in folder.iterdir()) == [
        "lock.json",
        "notes.md",
        "probe",
        "py3.12-linux-x86_64.txt",
    ]
    assert (nested / "lock.json").read_text() == "of another program"


def test_a_folder_behind_a_link_is_written_where_it_lies(tmp_path: Path) -> None:
    real = tmp_path / "shared" / "train"
    write_folder(real, {"lock.json": "1"}, "lock")
    (tmp_path / "lockfiles").mkdir()
    (tmp_path / "lockfiles" / "train").symlink_to(real)
    write_folder(tmp_path / "lockfiles" / "train", {"lock.json": "2"}, "lock")
    assert (tmp_path / "lockfiles" / "train").is_symlink()
    assert (real / "lock.json").read_text() == "2"
    assert [path.name for path in real.parent.iterdir()] == ["train"]


def test_a_folder_that_was_moved_aside_comes_back(tmp_path: Path) -> None:
    """Where two folders cannot be exchanged in one step, a killed process leaves this."""
    aside = tmp_path / ".train.old"
    aside.mkdir()
    (aside / "lock.json").write_text("1")
    recover_folder(tmp_path / "train")
    assert contents(tmp_path / "train") == {"lock.json": "1"}
    recover_folder(tmp_path / "train")
    aside.mkdir()
    recover_folder(tmp_path / "train")
    assert contents(tmp_path / "train") == {"lock.json": "1"}


def test_a_system_that_cannot_exchange_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    folder = tmp_path / "train"
    for version in ("a", "b", "a"):
        write_folder(folder, VERSIONS[version], "lock")
        assert contents(folder) == VERSIONS[version]
        assert [path.name for path in tmp_path.iterdir()] == ["train"]
