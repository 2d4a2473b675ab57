"""A package whose version is known already: both resolvers take it as it is, with what it needs, and ask no index."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.lock.resolution import Given, Package, Request, Requirement
from envc.resolvers.pip_tools import PipTools, Settings
from envc.resolvers.uv import Uv
from tests.index_server import Index
from tests.index_server.asking import AMD64

pytestmark = [pytest.mark.index, pytest.mark.parametrize("resolver", [PipTools, Uv])]

GIVEN = Given("ranker-tools", "1.7", ("six>=1.10", "idna; extra == 'web'", "attrs; python_version < '3'"))


def resolve(
    resolver: type[PipTools | Uv], cache: Path, index: Index, *texts: str, given: tuple[Given, ...] = (GIVEN,)
) -> dict[str, Package]:
    wanted = tuple(map(Requirement, texts))
    chosen = resolver(cache, Settings(index.url, (), timeout="3", retries="0"))
    found = chosen.resolve(Request(AMD64, wanted, given=given), lambda _: None)
    return {package.name: package for package in found.packages}


@pytest.fixture
def filled(index: Index) -> Index:
    for name in ("six", "idna", "attrs"):
        index.add(name, "1.16")
    index.add("app", "1.0", "ranker-tools>=1")
    index.add("ranker-tools", "9.9")  # a stranger's, of the same name
    return index


def test_it_is_taken_with_what_it_needs(resolver: type[PipTools | Uv], cache: Path, filled: Index) -> None:
    found = resolve(resolver, cache, filled, "ranker-tools[web]==1.7")
    assert {name: one.version for name, one in found.items()} == {"ranker-tools": "1.7", "six": "1.16", "idna": "1.16"}
    tools = found["ranker-tools"]
    assert (tools.hashes, tools.wheel, tools.size, tools.digest) == ((), None, None, None)
    assert tools.requires == ("idna", "six>=1.10")
    assert found["six"].required_by == ("ranker-tools",)


def test_no_index_is_asked_for_it(resolver: type[PipTools | Uv], cache: Path, filled: Index) -> None:
    resolve(resolver, cache, filled, "app")
    assert not [path for path in filled.requests if "ranker-tools" in path or "ranker_tools" in path]


def test_another_package_may_ask_for_it(resolver: type[PipTools | Uv], cache: Path, filled: Index) -> None:
    found = resolve(resolver, cache, filled, "app")
    assert found["ranker-tools"].version == "1.7"
    assert found["ranker-tools"].required_by == ("app",)


def test_what_nobody_asks_for_is_not_in_the_answer(resolver: type[PipTools | Uv], cache: Path, filled: Index) -> None:
    assert list(resolve(resolver, cache, filled, "six")) == ["six"]


def test_its_one_version_does_not_suit_everybody(resolver: type[PipTools | Uv], cache: Path, filled: Index) -> None:
    filled.add("newer", "1.0", "ranker-tools>=2")
    with pytest.raises(Report) as caught:
        resolve(resolver, cache, filled, "newer", "ranker-tools")
    assert caught.value.exit_code == 1
