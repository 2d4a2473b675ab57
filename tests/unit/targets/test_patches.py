"""The builder's step that applies a patch, run on an installed package that lies in a folder."""

from __future__ import annotations

import base64
import csv
import difflib
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envc.diagnostics import Source
from envc.lock.unified_diff import changed_files
from envc.targets.dockerfile.patches import APPLY


class Installed:
    """A package `some-pkg` as an installer leaves it."""

    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        self.folder = folder
        self.record = folder / "Some.Pkg-1.0.dist-info" / "RECORD"
        metadata = "Some.Pkg-1.0.dist-info/METADATA"
        contents = {**files, metadata: b"Metadata-Version: 2.1\nName: Some.Pkg\nVersion: 1.0\n"}
        for name, content in contents.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        rows = [f"{name},{digest(content)},{len(content)}" for name, content in contents.items()]
        self.record.write_text("\n".join([*rows, "Some.Pkg-1.0.dist-info/RECORD,,"]) + "\n")

    def apply(self, text: str | bytes, package: str = "some-pkg", expected: str | None = None) -> str:
        """Apply a patch and return what is said when it cannot be."""
        content = text if isinstance(text, bytes) else text.encode()
        patch = self.folder.parent / "the.patch"
        patch.write_bytes(content)
        checksum = expected or sha256(content).hexdigest()
        arguments = [str(self.folder), package, str(patch), checksum, "patches/the.patch"]
        command = [sys.executable, "-I", "-c", APPLY, *arguments]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (finished.returncode == 0) == (finished.stderr == ""), finished.stderr
        assert "Traceback" not in finished.stderr
        return finished.stderr

    def recorded(self) -> dict[str, tuple[str, str]]:
        return {row[0]: (row[1], row[2]) for row in csv.reader(self.record.read_text().splitlines())}


def digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()


FILES = {"pkg/x.py": b"one\ntwo\nthree\nfour\n", "pkg/sub/y.py": b"a\nb", "single.py": b"x\n"}
CHANGE = "--- a/pkg/x.py\n+++ b/pkg/x.py\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n"


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path / "site", FILES)


def test_lines_change_and_the_record_says_so(installed: Installed) -> None:
    assert installed.apply(CHANGE) == ""
    expected = b"one\nTWO\nthree\nfour\n"
    assert (installed.folder / "pkg/x.py").read_bytes() == expected
    assert installed.recorded()["pkg/x.py"] == (digest(expected), str(len(expected)))
    assert installed.recorded()["single.py"] == (digest(b"x\n"), "2")
    assert "Some.Pkg-1.0.dist-info/RECORD" in installed.recorded()


def test_files_are_made_and_removed(installed: Installed) -> None:
    made = "--- /dev/null\n+++ b/pkg/new/z.py\n@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n"
    gone = "--- a/pkg/sub/y.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n\\ No newline at end of file\n"
    assert installed.apply(made + gone) == ""
    assert (installed.folder / "pkg/new/z.py").read_bytes() == b"one\ntwo"
    assert not (installed.folder / "pkg/sub/y.py").exists()
    assert "pkg/sub/y.py" not in installed.recorded()
    assert installed.recorded()["pkg/new/z.py"] == (digest(b"one\ntwo"), "7")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CHANGE.replace("@@ -1,3", "@@ -2,3"), "pkg/x.py is not as the patch says at line 2, where there is:\ntwo"),
        (CHANGE.replace("-two", "-zwei"), "is not as the patch says at line 1"),
        (CHANGE.replace("-two", "-two "), "is not as the patch says at line 1"),
        (CHANGE.replace("pkg/x", "pkg/z"), "pkg/z.py is no file of some-pkg 1.0"),
        (CHANGE.replace("/pkg/x.py", "/../x.py"), "../x.py is no file of a package"),
        (CHANGE.replace("pkg/x.py", "Some.Pkg-1.0.dist-info/METADATA"), "is no file of a package"),
        ("--- /dev/null\n+++ b/pkg/x.py\n@@ -0,0 +1 @@\n+one\n", "is there already"),
        ("--- /dev/null\n+++ b/other/x.py\n@@ -0,0 +1 @@\n+one\n", "no place of this package"),
        ("--- a/pkg/x.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n", "has more lines"),
        ("--- a/pkg/sub/y.py\n+++ b/pkg/sub/y.py\n@@ -2 +2 @@\n-b\n+c\n", "is not as the patch says at line 2"),
    ],
)
def test_what_does_not_fit_exactly_changes_nothing(installed: Installed, text: str, said: str) -> None:
    """The first file of a patch stays as it is, too, when the second does not fit."""
    before = {path: path.read_bytes() for path in installed.folder.rglob("*") if path.is_file()}
    first = "--- a/single.py\n+++ b/single.py\n@@ -1 +1 @@\n-x\n+y\n"
    answer = installed.apply(first + text)
    assert answer.startswith("patch patches/the.patch of some-pkg cannot be applied: ")
    assert said in answer
    assert {path: path.read_bytes() for path in installed.folder.rglob("*") if path.is_file()} == before


def test_other_bytes_and_other_packages_are_refused(installed: Installed) -> None:
    assert "other bytes" in installed.apply(CHANGE, expected="0" * 64)
    assert "not installed" in installed.apply(CHANGE, package="other")


def test_carriage_returns_and_bytes_of_any_encoding_stay(tmp_path: Path) -> None:
    installed = Installed(tmp_path / "site", {"pkg/x.py": b"a\r\n\xff\r\nc\r\n"})
    assert installed.apply(b"--- a/pkg/x.py\n+++ b/pkg/x.py\n@@ -1,2 +1,2 @@\n-a\r\n+b\r\n \xff\r\n") == ""
    assert (installed.folder / "pkg/x.py").read_bytes() == b"b\r\n\xff\r\nc\r\n"


LINES = st.lists(st.sampled_from(["", "a", "b", "-- c", "++ d", "@@ -1 +1 @@", "\\"]), max_size=12)


def diff_of(before: list[str], after: list[str]) -> str:
    lines = difflib.unified_diff(before, after, "a/pkg/x.py", "b/pkg/x.py", n=1, lineterm="")
    return "".join(f"{line}\n" for line in lines)


@given(before=LINES, after=LINES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_difference_of_two_files_makes_one_of_the_other(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    """And what reads patches when a program is read takes every one of them."""
    text = diff_of(before, after)
    if not text:
        return
    assert changed_files(Source("the.patch", text)) == ("pkg/x.py",)
    content = "".join(f"{line}\n" for line in before).encode()
    installed = Installed(tmp_path_factory.mktemp("one") / "site", {"pkg/x.py": content})
    assert installed.apply(text) == ""
    assert (installed.folder / "pkg/x.py").read_bytes() == "".join(f"{line}\n" for line in after).encode()
