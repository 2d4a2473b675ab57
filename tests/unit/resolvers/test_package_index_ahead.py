"""What is read ahead: the pages and the metadata that a resolver will probably ask for, and no others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from envc.lock.resolution import Request
from envc.resolvers.package_indexes.ahead import Ahead
from envc.resolvers.package_indexes.opening import indexes_for
from envc.resolvers.package_indexes.session import IndexFailureError
from envc.resolvers.pip_tools import Settings
from envc.resolvers.python_target import markers_of
from tests.index_server import Fault, Index
from tests.index_server.asking import AMD64

Expecting = Callable[..., set[str]]


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as one:
        yield one


@contextmanager
def reading(
    index: Index, folder: Path, pinned: dict[str, str] | None = None, bounds: tuple[str, ...] = ()
) -> Iterator[Ahead]:
    settings = Settings(index.url, timeout="5", retries="0")
    indexes = indexes_for(Request(AMD64, ()), settings, folder, lambda _: None)
    ahead = Ahead(indexes, markers_of(AMD64), pinned or {}, map(Requirement, bounds))
    yield ahead
    ahead.stop()
    indexes.close()


def settled(ahead: Ahead) -> None:
    """Wait until nothing is left to read."""
    end = time.monotonic() + 20
    while ahead.readers and time.monotonic() < end:
        time.sleep(0.01)
    assert not ahead.readers


def read_of(index: Index, folder: Path, *wanted: str, **more: object) -> set[str]:
    """Return what is asked of an index: names of pages, and files of metadata."""
    with reading(index, folder, **more) as ahead:  # type: ignore[arg-type]
        for text in wanted:
            ahead.expect([Requirement(text)])
        settled(ahead)
    return {one.rpartition("/")[2].removesuffix("-py3-none-any.whl.metadata") for one in index.requests}


def test_the_newest_version_is_followed_and_what_counts_of_its_needs(index: Index, tmp_path: Path) -> None:
    index.add("a", "1", "old")
    index.add("a", "2", "B[x]>=1", 'c; sys_platform == "win32"', 'd; extra == "more"')
    index.add("b", "1", 'e; extra == "x"', 'f; extra == "y"')
    assert read_of(index, tmp_path, "a") == {"a", "a-2", "b", "b-1", "e"}


@pytest.mark.parametrize(
    ("wanted", "pinned", "bounds", "version"),
    [
        (("a<3",), {}, (), "2"),
        (("a", "a<3"), {}, (), "2"),
        (("a",), {"a": "1"}, (), "1"),
        (("a>1",), {"a": "1"}, (), "3"),
        (("a",), {}, ("A<3",), "2"),
        (("a>=4rc1",), {}, (), "4rc1"),
        (("a==0.9",), {}, (), "0.9"),
    ],
)
def test_what_suits_all_is_guessed(
    index: Index,
    tmp_path: Path,
    wanted: tuple[str, ...],
    pinned: dict[str, str],
    bounds: tuple[str, ...],
    version: str,
) -> None:
    for text in ("1", "2", "3", "4rc1"):
        index.add("a", text)
    index.add("a", "3.1", yanked="broken")
    index.add("a", "0.9", yanked="old")
    assert f"a-{version}" in read_of(index, tmp_path, *wanted, pinned=pinned, bounds=bounds)


def test_nothing_is_followed_that_suits_nobody_or_takes_another_python(index: Index, tmp_path: Path) -> None:
    index.add("a", "1", "never")
    index.add("b", "1", "never", requires_python=">=3.13", on_page=False)
    assert read_of(index, tmp_path, "a>1", "b") == {"a", "b", "b-1"}


def test_a_requirement_with_an_address_is_not_followed(index: Index, tmp_path: Path) -> None:
    index.add("a", "1", "b @ https://index.invalid/b-1-py3-none-any.whl")
    assert read_of(index, tmp_path, "a") == {"a", "a-1"}


def test_what_a_resolver_tries_instead_is_followed(index: Index, tmp_path: Path) -> None:
    index.add("a", "1", "old")
    index.add("a", "2", "new")
    with reading(index, tmp_path) as ahead:
        ahead.expect([Requirement("a")])
        settled(ahead)
        assert "simple/old" not in index.requests
        ahead.tried("a", "1")
        settled(ahead)
    assert {"simple/old", "simple/new"} <= set(index.requests)


def test_each_page_and_each_metadata_is_read_once(index: Index, tmp_path: Path) -> None:
    index.add("a", "1", "c>=1")
    index.add("b", "1", "c<3", "c!=2.5")
    index.add("c", "2", "a")
    read_of(index, tmp_path, "a", "b", "c")
    assert len(index.requests) == len(set(index.requests)) == 6


def test_what_fails_is_told_to_who_asks(index: Index, tmp_path: Path) -> None:
    index.add("a", "1", "b")
    index.faults["b"] = Fault(500)
    with reading(index, tmp_path) as ahead:
        ahead.expect([Requirement("a")])
        settled(ahead)
        asked = len(index.requests)
        with pytest.raises(IndexFailureError) as failed:
            ahead.indexes.offer("b")
        assert (failed.value.facts["kind"], failed.value.facts["package"]) == ("status", "b")
        assert len(index.requests) == asked


def test_nothing_is_read_when_all_is_over(index: Index, tmp_path: Path) -> None:
    index.add("a", "1")
    with reading(index, tmp_path) as ahead:
        pass
    ahead.expect([Requirement("a")])
    with pytest.raises(IndexFailureError):
        ahead.indexes.offer("a")
    assert index.requests == []
