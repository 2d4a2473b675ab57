"""What is kept of large pages from run to run, and that it never counts longer than the page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.resolvers.package_indexes.kept import FORM
from envc.resolvers.package_indexes.kept_pages import SMALL
from envc.resolvers.uv import Uv
from tests.index_server import Index
from tests.index_server.asking import AMD64, Ask

pytestmark = pytest.mark.index


@pytest.fixture
def uv(tmp_path: Path) -> Ask:
    return Ask(tmp_path, Uv)


@pytest.fixture(params=[True, False], ids=["tags", "no-tags"])
def large(request: pytest.FixtureRequest) -> Iterator[Index]:
    """An index that has a large page."""
    with Index(tags=request.param) as index:
        for version in range(1, 200):
            index.add("a", f"1.{version}", "b")
        index.add("b", "1")
        assert len(index.page("a")[1]) > SMALL
        yield index


def kept_in(folder: Path) -> dict[str, bytes]:
    connection = sqlite3.connect(folder / "package-indexes" / f"kept-{FORM}.sqlite")
    try:
        return dict(connection.execute("SELECT key, content FROM kept").fetchall())
    finally:
        connection.close()


def test_the_same_page_gives_the_same_answer(large: Index, uv: Ask, tmp_path: Path) -> None:
    first = uv(large, "a")
    before = kept_in(tmp_path)
    assert sum(key.startswith("page ") for key in before) == 1
    again = uv(large, "a")
    assert (again, kept_in(tmp_path)) == (first, before)
    assert first["a"].version == "1.199"
    assert large.unchanged == (["/simple/a/"] if large.tags else [])


def test_a_page_that_changed_counts_at_once(large: Index, uv: Ask) -> None:
    assert uv(large, "a")["a"].version == "1.199"
    digest = large.add("a", "2", "b")
    assert (uv(large, "a")["a"].version, uv(large, "a")["a"].hashes) == ("2", (digest,))
    large.pages["a"][-1]["yanked"] = "bad"
    assert uv(large, "a")["a"].version == "1.199"


def test_why_there_is_no_answer_is_told_from_the_whole_page(large: Index, uv: Ask) -> None:
    large.add_archive("a", "3")
    assert uv(large, "a")["a"].version == "1.199"
    for _ in range(2):
        assert uv.fails(large, "a>3")[0].name == "unknown-version"
        assert uv.fails(large, "a==3")[0].name == "no-wheel-for-target"


def test_a_target_does_not_count_for_another(large: Index, uv: Ask) -> None:
    large.add("a", "2", "b", tag="cp313-cp313-manylinux_2_28_x86_64")
    assert uv(large, "a")["a"].version == "1.199"
    assert uv(large, "a", target=AMD64._replace(python="3.13.9"))["a"].version == "2"


@pytest.mark.parametrize("release", ["envc.__version__", "packaging.__version__"])
def test_another_release_may_have_other_rules(
    large: Index, uv: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str
) -> None:
    """Of tags, of versions, of what a target takes."""
    first = uv(large, "a")
    with monkeypatch.context() as another:
        another.setattr(release, "99")
        assert uv(large, "a") == first
    assert sum(key.startswith("page ") for key in kept_in(tmp_path)) == 2


def test_a_damaged_file_is_made_anew(large: Index, uv: Ask, tmp_path: Path) -> None:
    first = uv(large, "a")
    place = tmp_path / "package-indexes" / f"kept-{FORM}.sqlite"
    place.write_bytes(b"no database" * 1000)
    assert uv(large, "a") == first
    assert uv(large, "a") == first
    assert len(kept_in(tmp_path)) == 3
    assert place.stat().st_mode & 0o077 == 0


def test_content_that_is_none_is_read_from_the_index(large: Index, uv: Ask, tmp_path: Path) -> None:
    first = uv(large, "a")
    for content in (b"", b"[]\n{}", b'["x", null, "y"]\n{"choice": {"1": [1]}, "stated": {}}'):
        connection = sqlite3.connect(tmp_path / "package-indexes" / f"kept-{FORM}.sqlite")
        with connection:
            connection.execute("UPDATE kept SET content = ? WHERE key LIKE 'page %'", (content,))
        connection.close()
        assert uv(large, "a") == first


def test_addresses_that_may_hold_a_secret_are_not_kept(large: Index, uv: Ask, tmp_path: Path) -> None:
    for row in large.pages["a"]:
        row["url"] += "?token=s3cret"
        del row["core-metadata"]
    assert uv(large, "a")["a"].version == "1.199"
    assert {key.partition(" ")[0] for key in kept_in(tmp_path)} == {"metadata"}
    assert b"s3cret" not in (tmp_path / "package-indexes" / f"kept-{FORM}.sqlite").read_bytes()


def test_where_a_page_lies_in_the_end_may_hold_a_secret_too(large: Index, uv: Ask, tmp_path: Path) -> None:
    """Storage behind an index gives addresses that are signed for a while."""
    with Index() as index:
        index.moved = {"a": f"{large.url}a/?signature=s3cret"}
        index.add("b", "1")
        assert uv(index, "a")["a"].version == uv(index, "a")["a"].version == "1.199"
    assert b"s3cret" not in (tmp_path / "package-indexes" / f"kept-{FORM}.sqlite").read_bytes()
