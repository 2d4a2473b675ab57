"""Reading what an image copies: which files, their bytes, modes and links, and what cannot be copied."""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.diagnostics import Diagnostic, Report
from envc.lock.artifacts import measure
from envc.lock.source_tree import JUNK, SourceTree, WantedPath, folder_checksum
from envc.sources.ignoring import is_ignored
from envc.sources.tree import read_tree

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
SRC = WantedPath("src")


def lay(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)


def paths(tree: SourceTree) -> list[str]:
    return [file.path for file in tree.files]


def refused(root: Path, wanted: WantedPath, *ignored: str) -> tuple[Diagnostic, int]:
    with pytest.raises(Report) as report:
        read_tree(root, [wanted], ignored)
    (diagnostic,) = report.value.diagnostics
    assert str(root) not in diagnostic.message
    return diagnostic, report.value.exit_code


def test_files_are_read_sorted_with_their_checksums(tmp_path: Path) -> None:
    lay(tmp_path, "src/b.py", "src/a/z.py", "src/a.py", "other/x.py", "train.py")
    tree = read_tree(tmp_path, [SRC, WantedPath("train.py")])
    assert paths(tree) == ["src/a.py", "src/a/z.py", "src/b.py", "train.py"]
    assert tree.folders == {"src"}
    for file in tree.files:
        assert file.sha256 == sha256(file.path.encode()).hexdigest()
        assert (file.size, file.executable, file.link) == (len(file.path), False, None)
    assert [file.path for file in tree.below("src")] == ["src/a.py", "src/a/z.py", "src/b.py"]
    assert [file.path for file in tree.below("train.py")] == ["train.py"]


def test_a_path_that_is_wanted_twice_is_read_once(tmp_path: Path) -> None:
    lay(tmp_path, "src/a/b.py")
    tree = read_tree(tmp_path, [SRC, WantedPath("src/a"), WantedPath("src/a/b.py")])
    assert paths(tree) == ["src/a/b.py"]
    assert tree.folders == {"src", "src/a"}


def test_times_do_not_matter_and_modes_only_by_the_executable_bit(tmp_path: Path) -> None:
    lay(tmp_path, "src/a.py", "src/run")
    before = read_tree(tmp_path, [SRC])
    os.utime(tmp_path / "src/a.py", (1, 1))
    (tmp_path / "src/a.py").chmod(0o600)
    assert read_tree(tmp_path, [SRC]) == before
    for mode in (0o755, 0o744, 0o701):
        (tmp_path / "src/run").chmod(mode)
        assert [file.executable for file in read_tree(tmp_path, [SRC]).files] == [False, True]


def test_links_inside_a_folder_are_links(tmp_path: Path) -> None:
    lay(tmp_path, "src/a/x.py", "outside/secret")
    (tmp_path / "src/to_folder").symlink_to("a")
    (tmp_path / "src/to_file").symlink_to("a/x.py")
    (tmp_path / "src/to_outside").symlink_to("../outside")
    (tmp_path / "src/to_nothing").symlink_to("nowhere")
    tree = read_tree(tmp_path, [SRC])
    assert {file.path: file.link for file in tree.files} == {
        "src/a/x.py": None,
        "src/to_file": "a/x.py",
        "src/to_folder": "a",
        "src/to_nothing": "nowhere",
        "src/to_outside": "../outside",
    }
    before = tree
    (tmp_path / "src/to_file").unlink()
    (tmp_path / "src/to_file").symlink_to("./a/x.py")
    assert read_tree(tmp_path, [SRC]) != before


@pytest.mark.parametrize("wanted", ["link", "link/a.py", "file"])
def test_a_builder_would_not_find_what_lies_behind_a_link(tmp_path: Path, wanted: str) -> None:
    lay(tmp_path, "src/a.py")
    (tmp_path / "link").symlink_to("src")
    (tmp_path / "file").symlink_to("src/a.py")
    diagnostic, code = refused(tmp_path, WantedPath(wanted))
    assert (diagnostic.name, code) == ("no-plain-file", 1)
    assert diagnostic.message == f"`{wanted.partition('/')[0]}` is a symbolic link, and builders follow none"


def test_what_is_mounted_may_lie_behind_a_link(tmp_path: Path) -> None:
    """Data on another disk: what the container will see is measured, not the link."""
    lay(tmp_path, "disk/wine/a.csv", "disk/wine/b.log")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/wine").symlink_to(tmp_path / "disk/wine")
    (tmp_path / "project/one.csv").symlink_to(tmp_path / "disk/wine/a.csv")
    wanted = WantedPath("wine", filtered=False, linked=True)
    behind = measure(read_tree(tmp_path / "project", [wanted]), "wine")
    plain = measure(read_tree(tmp_path / "disk", [WantedPath("wine", filtered=False)]), "wine")
    assert behind == plain
    assert (plain.files, plain.size) == (2, 2 * len("disk/wine/a.csv"))
    file = measure(read_tree(tmp_path / "project", [wanted._replace(source="one.csv")]), "one.csv")
    assert (file.files, file.sha256) == (1, sha256(b"disk/wine/a.csv").hexdigest())


def test_a_folders_checksum_is_that_of_sha256sum(tmp_path: Path) -> None:
    import subprocess

    lay(tmp_path, "wine/b.csv", "wine/a/x.csv")
    tree = read_tree(tmp_path, [WantedPath("wine", filtered=False)])
    command = "find . -type f | sed 's|^\\./||' | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1"
    expected = subprocess.check_output(["sh", "-c", command], cwd=tmp_path / "wine", text=True).strip()
    assert folder_checksum(tree.below("wine"), "wine") == expected


def test_junk_is_left_out_of_copies_and_counted_in_data(tmp_path: Path) -> None:
    lay(tmp_path, "src/a.py", "src/__pycache__/a.pyc", "src/b/.git/config", "src/b/x.log", "src/.venv/bin/python")
    assert paths(read_tree(tmp_path, [SRC])) == ["src/a.py"]
    assert len(paths(read_tree(tmp_path, [WantedPath("src", filtered=False)]))) == 5


def test_nothing_there(tmp_path: Path) -> None:
    lay(tmp_path, "src/a.py")
    for wanted in ("missing", "src/missing", "src/a.py/below"):
        diagnostic, code = refused(tmp_path, WantedPath(wanted))
        assert (diagnostic.name, code) == ("no-such-file", 1)
        assert diagnostic.message == f"there is no file or folder `{wanted}` in the project"


def test_an_empty_folder_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    assert read_tree(tmp_path, [SRC]) == SourceTree(frozenset({"src"}), ())


@pytest.mark.parametrize("place", ["src/pipe", "pipe"])
def test_a_pipe_is_no_file_and_is_not_waited_for(tmp_path: Path, place: str) -> None:
    (tmp_path / "src").mkdir()
    os.mkfifo(tmp_path / place)
    diagnostic, code = refused(tmp_path, WantedPath(place.partition("/")[0]))
    assert (diagnostic.name, code) == ("no-plain-file", 1)
    assert f"`{place}` is no plain file" in diagnostic.message


@pytest.mark.parametrize("name", [b"caf\xe9.py", b"a\nb.py", b"a\x1b[31m.py"])
def test_a_name_that_is_no_text(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "src").mkdir()
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/src/" + name))).write_text("x")
    diagnostic, _ = refused(tmp_path, SRC)
    assert diagnostic.name == "unusable-path"
    assert diagnostic.message.isprintable()


@pytest.mark.parametrize("place", ["src/a.py", "src/inner"])
def test_what_may_not_be_read(place: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        lay(root, "src/a.py", "src/inner/b.py")
        (root / place).chmod(0)
        if ROOT:
            os.seteuid(65534)
        try:
            diagnostic, code = refused(root, SRC)
        finally:
            if ROOT:
                os.seteuid(0)
            (root / place).chmod(0o755)
    assert (diagnostic.name, code) == ("unreadable-file", 3)
    assert diagnostic.message == f"`{place}` cannot be read: permission denied"


@pytest.mark.parametrize(
    ("pattern", "left_out", "kept"),
    [
        ("notes", ["notes", "a/notes"], ["notes.md", "a/my notes"]),
        ("*.tmp", ["x.tmp", "a/b/x.tmp", ".tmp"], ["x.tmp.py"]),
        ("src/*.txt", ["src/a.txt"], ["src/b/a.txt", "a/src/a.txt"]),
        ("src/**/*.txt", ["src/a.txt", "src/b/c/a.txt"], ["a.txt", "src/a.py"]),
        ("src/**", ["src/a", "src/b/c"], ["src", "other"]),
        ("**/notes/x", ["notes/x", "a/b/notes/x"], ["notes/y"]),
        ("a?c", ["abc", "x/abc"], ["ac", "abbc"]),
        ("data[0-9].csv", ["data1.csv"], ["data.csv", "datax.csv"]),
        ("data[^0-9].csv", ["datax.csv"], ["data1.csv"]),
        ("a.c+(1)|{2}$", ["a.c+(1)|{2}$"], ["abc+(1)|{2}$"]),
        ("src/notes", ["src/notes"], ["src/notes2", "a/src/notes"]),
    ],
)
def test_patterns_mean_what_they_mean_to_a_builder(pattern: str, left_out: list[str], kept: list[str]) -> None:
    assert [path for path in left_out if not is_ignored(path, (pattern,))] == []
    assert [path for path in kept if is_ignored(path, (pattern,))] == []


def test_what_lies_below_something_left_out_is_left_out(tmp_path: Path) -> None:
    lay(tmp_path, "src/notes/a/b.md", "src/keep/notes.md", "src/raw.d/x.csv")
    assert paths(read_tree(tmp_path, [SRC], ["notes", "src/raw*"])) == ["src/keep/notes.md"]


def test_a_pattern_that_is_none(tmp_path: Path) -> None:
    lay(tmp_path, "src/a.py")
    assert refused(tmp_path, SRC, "data[0-9.csv")[0].name == "unusable-pattern"


@pytest.mark.parametrize("wanted", ["env", "src/__pycache__", "train.log", "src/.venv/bin"])
def test_a_copy_that_would_be_left_out_is_refused(tmp_path: Path, wanted: str) -> None:
    """The .dockerignore keeps it from the builder, which would then not find it."""
    lay(tmp_path, "env/a.py", "src/__pycache__/a.pyc", "train.log", "src/.venv/bin/python")
    diagnostic, code = refused(tmp_path, WantedPath(wanted))
    assert (diagnostic.name, code) == ("ignored-path", 1)
    assert paths(read_tree(tmp_path, [WantedPath(wanted, filtered=False)])) != []


def test_a_copy_that_the_program_itself_leaves_out_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, "src/notes/a.md")
    assert refused(tmp_path, WantedPath("src/notes"), "notes")[0].name == "ignored-path"


names = st.sampled_from(["a.py", "env", "env.py", "x.log", ".git", "b", "__pycache__", "c.pyc", ".coverage.1", "é"])


@given(st.sets(st.lists(names, min_size=1, max_size=4).map("/".join), min_size=1, max_size=12))
def test_no_path_with_a_name_of_the_junk_is_ever_read(found: set[str]) -> None:
    from fnmatch import fnmatchcase

    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "src").mkdir()
        for path in sorted(found, key=len, reverse=True):
            file = root / "src" / path
            if not file.exists() and not any(parent.is_file() for parent in file.parents):
                lay(root, f"src/{path}")
        everything = [file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()]
        expected = [
            path
            for path in sorted(everything)
            if not any(fnmatchcase(part, pattern) for part in path.split("/") for pattern in JUNK)
        ]
        assert paths(read_tree(root, [SRC])) == expected
