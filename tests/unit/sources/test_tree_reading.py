"""What an image copies is read by content and mode; what cannot be copied has a name."""

from __future__ import annotations

import os
import socket
from hashlib import sha256
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.lock.source_tree import SourceFile, SourceTree, WantedPath
from envc.sources.tree import read_tree
from envc.sources.waiting import alone
from envc.sources.writing import write_files


def names(tree: SourceTree) -> list[str]:
    return [file.path for file in tree.files]


def refusal(root: Path, path: str) -> Report:
    with pytest.raises(Report) as report:
        read_tree(root, [WantedPath(path)])
    return report.value


def test_a_file_is_its_content_and_its_mode(tmp_path: Path) -> None:
    """Times and owners are not part of it."""
    (tmp_path / "run.sh").write_text("echo\n", encoding="utf-8")
    (tmp_path / "run.sh").chmod(0o755)
    os.utime(tmp_path / "run.sh", (0, 0))
    digest = sha256(b"echo\n").hexdigest()
    tree = read_tree(tmp_path, [WantedPath("run.sh")])
    assert tree == SourceTree(frozenset(), (SourceFile("run.sh", True, digest, 5),))


def test_junk_and_what_is_ignored_stay_out(tmp_path: Path) -> None:
    """At any depth; and nothing is left out of data."""
    for name in ("src/a.py", "src/__pycache__/a.pyc", "src/.env", "src/notes/x", "src/deep/b.ipynb"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert names(read_tree(tmp_path, [WantedPath("src")], ["*.ipynb", "src/notes"])) == ["src/a.py"]
    assert len(read_tree(tmp_path, [WantedPath("src", filtered=False)]).files) == 5


def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is what a link points to that is named itself."""
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("agent.sock")
        assert refusal(tmp_path, "src").diagnostics[0].name == "no-plain-file"
    (tmp_path / "link").symlink_to("src")
    assert refusal(tmp_path, "link").diagnostics[0].name == "no-plain-file"
    assert refusal(tmp_path, "none").diagnostics[0].name == "no-such-file"


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that nobody can read is known on Linux only")
def test_a_file_that_cannot_be_read_has_a_name() -> None:
    """The system's own reason; the world failed, not the program."""
    report = refusal(Path("/proc/self"), "mem")
    assert report.diagnostics[0].name == "unreadable-file"
    assert report.exit_code == 3


def test_outputs_that_cannot_be_written_have_a_name(tmp_path: Path) -> None:
    """Where a file lies in the place of a folder; what lay there is still there."""
    (tmp_path / "build").write_text("mine", encoding="utf-8")
    with pytest.raises(Report) as report:
        write_files(tmp_path / "build" / "train", {"Dockerfile": "FROM scratch\n"}, "build/train")
    assert report.value.diagnostics[0].name == "unwritable-output"
    assert report.value.exit_code == 3
    assert (tmp_path / "build").read_text(encoding="utf-8") == "mine"


def test_a_cache_that_cannot_be_written_has_a_name(tmp_path: Path) -> None:
    """The same for the folder of locks."""
    (tmp_path / "cache").touch()
    with pytest.raises(Report) as report, alone(tmp_path, tmp_path / "cache", lambda _: None):
        pytest.fail("nobody was let in")
    assert report.value.diagnostics[0].name == "unwritable-cache"
