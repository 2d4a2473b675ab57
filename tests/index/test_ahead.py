"""What is read ahead of pip-compile: in parallel, never chosen from, and of no harm when it fails or was not needed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from envc.resolvers.pip_tools import Settings
from tests.index_server import Fault, Index
from tests.index_server.asking import Ask

pytestmark = pytest.mark.index


def wrongly_guessed(index: Index) -> None:
    """`z 2` looks best until the page of `b` has come, which asks for an older one: pip never looks at what 2 needs."""
    index.add("b", "1", "z<2")
    index.add("z", "1")
    index.add("z", "2", "spoilt")
    kind, page = index.page("b")
    index.faults["b"] = Fault(200, kind, page, delay=1)


@pytest.mark.parametrize(
    "fault", [Fault(500), Fault(403), Fault(body=b"{"), Fault(content_type="text/plain", body=b"sign in")]
)
def test_a_page_that_fails_and_is_not_needed_is_no_failure(index: Index, ask: Ask, fault: Fault) -> None:
    wrongly_guessed(index)
    index.faults["spoilt"] = fault
    assert {name: one.version for name, one in ask(index, "b", "z").items()} == {"b": "1", "z": "1"}
    assert "simple/spoilt" in index.requests


def test_the_same_page_is_named_when_it_is_needed(index: Index, ask: Ask) -> None:
    index.add("z", "2", "spoilt")
    index.faults["spoilt"] = Fault(500)
    diagnostic, code = ask.fails(index, "z")
    assert (diagnostic.name, code) == ("index-failed", 3)
    assert "package: spoilt" in diagnostic.notes


def test_a_page_that_is_slow_and_not_needed_holds_nobody_up(index: Index, ask: Ask) -> None:
    wrongly_guessed(index)
    index.faults["spoilt"] = Fault(delay=20)
    start = time.monotonic()
    assert set(ask(index.url, "b", "z", settings=Settings(index.url, timeout="60"))) == {"b", "z"}
    assert time.monotonic() - start < 15


def test_metadata_that_is_broken_and_not_needed_is_no_failure(index: Index, ask: Ask) -> None:
    wrongly_guessed(index)
    index.add("spoilt", "1")
    index.files["spoilt-1-py3-none-any.whl.metadata"] = b"not what the page says"
    assert ask(index, "b", "z")["z"].version == "1"
    assert "files/spoilt-1-py3-none-any.whl.metadata" in index.requests


def test_pages_are_read_side_by_side(index: Index, ask: Ask) -> None:
    names = [f"n{number}" for number in range(12)]
    index.add("all", "1", *names)
    for name in names:
        index.add(name, "1")
        index.faults[name] = Fault(200, *index.page(name), delay=1)
    start = time.monotonic()
    assert set(ask(index, "all")) == {"all", *names}
    assert time.monotonic() - start < 9  # one after the other they take 12


@pytest.fixture
def corp() -> Iterator[Index]:
    with Index(credentials=("bob", "s3cret-of-corp")) as one:
        yield one


def test_routes_and_logins_hold_for_what_is_read_ahead(index: Index, corp: Index, ask: Ask) -> None:
    """A stranger's index is not asked for what the machine's own has, and is not told the password."""
    corp.add("mine", "1", "also-mine", "theirs")
    corp.add("also-mine", "1")
    index.add("also-mine", "9")
    index.add("theirs", "1")
    found = ask(index, "mine", extra=(corp.url.replace("://", "://bob:s3cret-of-corp@"),))
    assert {name: one.version for name, one in found.items()} == {"mine": "1", "also-mine": "1", "theirs": "1"}
    assert sorted({one for one in index.requests if one.startswith("simple")}) == ["simple/theirs"]
    assert "s3cret" not in str((found, ask.progress))
