"""Wheels of a lock in a folder: fetched by a real pip from a loopback index, each by hash, for the target alone."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.lock.files import LockedFiles, ToolPins
from envc.lock.requirements import Pin
from envc.lock.routes import program_addresses
from envc.resolvers.pip_tools import Settings
from envc.resolvers.vendor.archives import fetch_archives
from envc.resolvers.vendor.store import Store
from envc.resolvers.vendor.wheels import fetch_wheels
from tests.index_server import Index
from tests.unit.lock.sources import Sources, archive
from tests.unit.lock.world import PLATFORM, Packages, choose, environment, world
from tests.unit.plan.planning import locked

pytestmark = pytest.mark.index


def lock_of(**pins: tuple[Pin, ...]) -> LockedFiles:
    """Return a lock with pins by the name of their index, `default` without one."""
    groups = tuple((None if name == "default" else name, found) for name, found in pins.items())
    return locked("env train < python 3.12 >")._replace(pins=groups)


def fetch(
    given: LockedFiles,
    index: Index,
    folder: Path,
    cache: Path,
    older: Path | None = None,
    named: Mapping[str, str] | None = None,
    pages: tuple[str, ...] = (),
) -> list[str]:
    settings = Settings(index.url, timeout="3", retries="0")
    fetch_wheels(given, Store(folder, older), cache, settings, named or {}, lambda _: None, pages)
    return sorted(path.name for path in (folder / "wheels").iterdir())


def test_the_targets_wheel_is_fetched_from_each_index(index: Index, cache: Path, tmp_path: Path) -> None:
    """Of several wheels the one that Python 3.12 on linux/amd64 takes, which is not this machine's Python."""
    hashes = [index.add("a", "1", tag=tag) for tag in ("cp312-cp312-manylinux_2_28_x86_64", "cp312-cp312-win_amd64")]
    index.add("a", "1", tag="cp39-cp39-manylinux_2_28_x86_64")
    with Index() as other:
        own = other.add("torch", "1+cu118")
        given = lock_of(default=(Pin("a", "1", tuple(sorted(hashes))),), named=(Pin("torch", "1+cu118", (own,)),))
        found = fetch(given, index, tmp_path, cache, named={"named": other.url})
    assert found == ["a-1-cp312-cp312-manylinux_2_28_x86_64.whl", "torch-1+cu118-py3-none-any.whl"]


def test_a_page_of_links_gives_its_own_wheels_alone(index: Index, cache: Path, tmp_path: Path) -> None:
    with Index() as page:
        page.add("mmcv", "1", tag="cp311-cp311-manylinux_2_28_x86_64", hashes={})
        own = page.add("mmcv", "1", tag="cp312-cp312-manylinux_2_28_x86_64", hashes={})
        named = {"named": page.links_url}
        found = fetch(lock_of(named=(Pin("mmcv", "1", (own,)),)), index, tmp_path, cache, named=named, pages=("named",))
    assert found == ["mmcv-1-cp312-cp312-manylinux_2_28_x86_64.whl"]
    assert index.requests == []


def test_an_index_and_a_page_of_links_may_want_a_login(index: Index, cache: Path, tmp_path: Path) -> None:
    with Index(credentials=("ada", "geheim")) as corp:
        own, linked = corp.add("ranker", "1"), corp.add("mmcv", "1", hashes={})
        login = "://ada:geheim@"
        named = {"corp": corp.url.replace("://", login), "links": corp.links_url.replace("://", login)}
        given = lock_of(corp=(Pin("ranker", "1", (own,)),), links=(Pin("mmcv", "1", (linked,)),))
        found = fetch(given, index, tmp_path, cache, named=named, pages=("links",))
    assert found == ["mmcv-1-py3-none-any.whl", "ranker-1-py3-none-any.whl"]


def test_tools_come_from_their_index_as_packages_do(index: Index, cache: Path, tmp_path: Path) -> None:
    tools = index.add("setuptools", "80.0")
    with Index(credentials=("ada", "geheim")) as corp:
        own, linked = corp.add("ranker-build", "1"), corp.add("mmcv-build", "1", hashes={})
        login = "://ada:geheim@"
        named = {"corp": corp.url.replace("://", login), "links": corp.links_url.replace("://", login)}
        pins = {None: ("setuptools", "80.0", tools), "corp": ("ranker-build", "1", own)}
        pins["links"] = ("mmcv-build", "1", linked)
        given = lock_of()._replace(
            tools=tuple(ToolPins("ranker", at, (Pin(a, b, (digest,)),)) for at, (a, b, digest) in pins.items())
        )
        found = fetch(given, index, tmp_path, cache, named=named, pages=("links",))
    assert found == [
        "mmcv_build-1-py3-none-any.whl",
        "ranker_build-1-py3-none-any.whl",
        "setuptools-80.0-py3-none-any.whl",
    ]
    assert not [one for one in index.requests if "build" in one]


@pytest.mark.parametrize("links", [False, True], ids=["an index", "a page of links"])
def test_a_source_archive_comes_from_its_index(index: Index, cache: Path, tmp_path: Path, links: bool) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz"):
        pass
    with Index(credentials=("ada", "geheim")) as corp:
        digest = corp.add_archive("ranker", "1", content.getvalue())
        address = (corp.links_url if links else corp.url).replace("://", "://ada:geheim@")
        kind = "links" if links else ""
        text = f'env train < python 3.12; pip ranker from source; index corp "https://h/x" {kind} for ranker >'
        asked = environment(text)
        found = archive("ranker", "1")._replace(sha256=digest)
        where = world(Packages({"setuptools": ["80.0"]}))._replace(
            index_addresses=program_addresses(asked), sources=Sources({"ranker": found})
        )
        lock = choose(asked, PLATFORM, where).lock
        settings = Settings(index.url, timeout="3", retries="0")
        fetch_archives(lock, asked, Store(tmp_path, None), cache, settings, {"corp": address}, lambda _: None)
    assert (tmp_path / "files" / digest).read_bytes() == content.getvalue()
    assert index.requests == []


def test_a_wheel_that_is_another_one_now_is_not_taken_from_a_page_of_links(
    index: Index, cache: Path, tmp_path: Path
) -> None:
    with Index() as page:
        own = page.add("mmcv", "1", hashes={})
        page.pages.clear()
        page.add("mmcv", "1", "typing-extensions", hashes={})
        named = {"named": page.links_url}
        with pytest.raises(Report) as caught:
            fetch(lock_of(named=(Pin("mmcv", "1", (own,)),)), index, tmp_path, cache, named=named, pages=("named",))
    assert [one.name for one in caught.value.diagnostics] == ["wheels-not-fetched"]


def test_a_wheel_with_another_hash_is_not_taken(index: Index, cache: Path, tmp_path: Path) -> None:
    index.add("a", "1")
    with pytest.raises(Report) as caught:
        fetch(lock_of(default=(Pin("a", "1", (f"sha256:{'0' * 64}",)),)), index, tmp_path, cache)
    (one,) = caught.value.diagnostics
    assert (one.name, caught.value.exit_code) == ("wheels-not-fetched", 3)
    assert index.host not in str(one)
    assert not list((tmp_path / "wheels").glob("*.whl"))


def test_wheels_of_an_older_folder_are_taken_over_and_others_left(index: Index, cache: Path, tmp_path: Path) -> None:
    a, b = index.add("a", "1"), index.add("b", "1")
    fetch(lock_of(default=(Pin("a", "1", (a,)), Pin("b", "1", (b,)))), index, tmp_path / "older", cache)
    index.files.clear()  # pages alone are left
    found = fetch(lock_of(default=(Pin("a", "1", (a,)),)), index, tmp_path / "newer", cache, tmp_path / "older")
    assert found == ["a-1-py3-none-any.whl"]
