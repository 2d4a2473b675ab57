"""A program is read from whatever lies at its path, and what is no program has a name."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.diagnostics import Diagnostic, Report
from envc.sources.program import LARGEST, decode, read_program


def refused(path: Path, shown: str = "train.env") -> Diagnostic:
    with pytest.raises(Report) as report:
        read_program(path, shown)
    assert report.value.exit_code == 1
    (diagnostic,) = report.value.diagnostics
    assert diagnostic.labels[0].span.source.path == shown
    return diagnostic


def test_a_program_is_shown_under_the_name_that_was_typed(tmp_path: Path) -> None:
    """The text as it lies there, line ends and all; the path as the user wrote it."""
    (tmp_path / "train.env").write_bytes(b"\xef\xbb\xbfenv train < python 3.12 >\r\n")
    source = read_program(tmp_path / "train.env", "./train.env")
    assert (source.path, source.text) == ("./train.env", "env train < python 3.12 >\r\n")


def test_a_file_of_the_largest_size_is_read_and_no_larger_one(tmp_path: Path) -> None:
    """The limit is on what is read, so that a device without a size stops, too."""
    path = tmp_path / "train.env"
    path.write_bytes(b"#" * LARGEST)
    assert len(read_program(path, "train.env").text) == LARGEST
    path.write_bytes(b"#" * (LARGEST + 1))
    assert refused(path).name == "program-too-large"
    assert refused(Path("/dev/zero")).name == "program-too-large"


def test_a_program_may_come_through_a_pipe(tmp_path: Path) -> None:
    """As a shell gives it: `envc check <(generate)`."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("env a < python 3.12 >",))
    writer.start()
    assert read_program(path, "pipe").text == "env a < python 3.12 >"
    writer.join()


def test_a_missing_file_is_named_with_its_neighbours(tmp_path: Path) -> None:
    """Programs of the folder; without any, how to begin; without a folder, that."""
    assert refused(tmp_path / "train.env").helps == ("`envc init` writes a first program",)
    (tmp_path / "b.env").touch()
    (tmp_path / "a.envc").touch()
    assert refused(tmp_path / "train.env").helps == ("programs there: a.envc, b.env",)
    assert "no folder" in refused(tmp_path / "none" / "train.env").helps[0]


def test_the_system_says_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    """A loop of links; a file in the place of a folder; a name too long for the file system."""
    (tmp_path / "loop.env").symlink_to("loop.env")
    (tmp_path / "file").touch()
    for path in (tmp_path / "loop.env", tmp_path / "file" / "train.env", tmp_path / ("a" * 300)):
        diagnostic = refused(path)
        assert diagnostic.name == "unreadable-program"
        assert diagnostic.message.startswith("`train.env` cannot be read: ")


def test_a_folder_is_no_program(tmp_path: Path) -> None:
    """It is not opened."""
    assert refused(tmp_path).name == "program-is-a-folder"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"a\nb\xff", "line 2 holds byte 0xff"),
        (b"\xef\xbb\xbfa\n\xe9", "line 2 holds byte 0xe9"),
        (b"\xc3", "line 1 holds byte 0xc3"),
        (b"\xed\xa0\x80", "line 1 holds byte 0xed"),
    ],
)
def test_the_first_byte_that_is_no_utf8_is_named(content: bytes, where: str) -> None:
    """Its line and its value, behind a byte order mark as well; surrogates are no UTF-8."""
    with pytest.raises(Report) as report:
        decode(content, "train.env")
    assert report.value.diagnostics[0].message.endswith(where)


@pytest.mark.parametrize("content", ["env a".encode("utf-16"), b"env a \0", b"#" * 10_000 + b"\0"])
def test_a_zero_or_utf16_is_no_text(content: bytes) -> None:
    """However far behind the beginning it stands."""
    with pytest.raises(Report, match="not-text"):
        decode(content, "train.env")


@given(st.binary(max_size=60))
def test_any_bytes_are_a_text_or_no_text(content: bytes) -> None:
    """Nothing else comes of them; a text comes back the same."""
    try:
        read = decode(content, "train.env").text.encode()
    except Report as report:
        read = report.diagnostics[0].name.encode()
    assert read in {content.removeprefix(b"\xef\xbb\xbf"), b"not-text"}
