"""`index … links`: one page with links to wheels, which rarely states a checksum. Both resolvers do the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.lock.resolution import Package, Request, Requirement
from envc.resolvers.pip_tools import PipTools, Settings
from envc.resolvers.uv import Uv
from tests.index_server import Fault, Index
from tests.index_server.asking import AMD64

pytestmark = pytest.mark.index

LINUX = "cp312-cp312-manylinux_2_28_x86_64"
RESOLVERS = {"pip-tools": PipTools, "uv": Uv}


class Asking:
    """Asks for `mmcv`, and whatever comes along, from a page of links and a default index."""

    def __init__(self, cache: Path, resolver: type[PipTools | Uv], default: Index, page: Index) -> None:
        self.cache, self.resolver, self.default, self.page = cache, resolver, default, page

    def __call__(self, *plain: str, wanted: str = "mmcv", names: tuple[str, ...] = ("mmcv",)) -> dict[str, Package]:
        asked = (Requirement(wanted, "openmmlab"), *map(Requirement, plain))
        address = self.page.links_url
        if self.page.credentials:
            address = address.replace("://", "://{}:{}@".format(*self.page.credentials))
        request = Request(
            AMD64,
            asked,
            (("openmmlab", address),),
            routes=tuple((name, "openmmlab") for name in names),
            pages=("openmmlab",),
        )
        settings = Settings(self.default.url, timeout="3", retries="0")
        resolution = self.resolver(self.cache, settings).resolve(request, lambda _: None)
        return {one.name: one for one in resolution.packages}

    def fails(self, *plain: str, wanted: str = "mmcv") -> tuple[str, int, str]:
        with pytest.raises(Report) as caught:
            self(*plain, wanted=wanted)
        (one,) = caught.value.diagnostics
        return one.name, caught.value.exit_code, one.message


@pytest.fixture
def page() -> Iterator[Index]:
    with Index(tags=True) as one:
        yield one


@pytest.fixture(params=list(RESOLVERS.values()), ids=list(RESOLVERS))
def asking(cache: Path, request: pytest.FixtureRequest, index: Index, page: Index) -> Asking:
    return Asking(cache, request.param, index, page)


def test_of_a_page_without_checksums_the_chosen_wheel_alone_is_measured(asking: Asking, page: Index) -> None:
    bare: dict[str, str] = {}
    digest = page.add("mmcv", "2.1.0", tag=LINUX, hashes=bare, metadata_beside=False)
    page.add("mmcv", "2.1.0", tag="cp311-cp311-manylinux_2_28_x86_64", hashes=bare, metadata_beside=False)
    page.add("mmcv", "2.1.0", tag="cp312-cp312-win_amd64", hashes=bare, metadata_beside=False)
    page.add("mmcv", "2.0.0", tag=LINUX, hashes=bare, metadata_beside=False)
    found = asking()["mmcv"]
    assert (found.version, found.hashes, found.index_name) == ("2.1.0", (digest,), "openmmlab")
    assert found.wheel == f"mmcv-2.1.0-{LINUX}.whl"
    assert {one for one in page.requests if one.startswith("files/")} == {f"files/{found.wheel}"}


def test_checksums_that_the_page_states_are_taken_as_on_an_index(asking: Asking, page: Index) -> None:
    linux = page.add("mmcv", "2.1.0", tag=LINUX, metadata_beside=False)
    arm = page.add("mmcv", "2.1.0", tag="cp312-cp312-manylinux_2_28_aarch64", metadata_beside=False)
    assert asking()["mmcv"].hashes == tuple(sorted((linux, arm)))


def test_neither_the_page_nor_the_index_can_replace_a_package_of_the_other(
    asking: Asking, index: Index, page: Index
) -> None:
    page.add("mmcv", "1.0", "addict", hashes={}, metadata_beside=False)
    page.add("addict", "99", hashes={}, metadata_beside=False)
    index.add("addict", "2.0")
    index.add("mmcv", "99")
    found = {name: (one.version, one.index_name) for name, one in asking("addict").items()}
    assert found == {"mmcv": ("1.0", "openmmlab"), "addict": ("2.0", None)}
    assert "simple/mmcv" not in index.requests


def test_names_are_compared_as_indexes_compare_them(asking: Asking, page: Index) -> None:
    page.add("MMCV_Full", "1.0", hashes={}, metadata_beside=False)
    assert asking(wanted="mmcv-full", names=("mmcv-full",))["mmcv-full"].version == "1.0"


def test_local_versions_are_read_from_addresses(asking: Asking, page: Index) -> None:
    page.add("mmcv", "2.1.0+cu121", tag=LINUX, hashes={}, metadata_beside=False)
    assert asking()["mmcv"].version == "2.1.0+cu121"


def test_a_page_may_want_a_name_and_a_password(asking: Asking, page: Index) -> None:
    """For the page, for the metadata and for the bytes of the wheel."""
    digest = page.add("mmcv", "1.0", hashes={}, metadata_beside=False)
    page.credentials = ("ada", "geheim")
    assert asking()["mmcv"].hashes == (digest,)
    assert not [one for one in asking.cache.rglob("*") if "geheim" in one.name]


def test_a_page_that_is_not_there_is_named(asking: Asking, index: Index) -> None:
    index.add("mmcv", "1.0")
    name, code, message = asking.fails()
    assert (name, code) == ("index-failed", 3)
    assert message == "index `openmmlab` has no page at its address (404)"
    assert index.requests == []


def test_a_page_without_the_package_is_named(asking: Asking, index: Index, page: Index) -> None:
    page.add("mmdet", "1.0", hashes={})
    index.add("mmcv", "1.0")
    name, code, message = asking.fails()
    assert (name, code, message) == ("unknown-package", 1, "index `openmmlab` has no package `mmcv`")
    assert index.requests == []


def test_a_page_that_is_none_is_named(asking: Asking, page: Index) -> None:
    page.faults["links.html"] = Fault(content_type="application/octet-stream", body=b"PK")
    name, code, message = asking.fails()
    assert (name, code, message) == ("index-failed", 3, "index `openmmlab` did not answer with a page of links")


@pytest.mark.parametrize(("status", "name"), [(500, "index-failed"), (403, "index-unauthorised")])
def test_a_page_that_is_refused_is_named(asking: Asking, page: Index, status: int, name: str) -> None:
    page.faults["links.html"] = Fault(status=status)
    assert asking.fails()[:2] == (name, 3)


def test_a_wheel_that_the_page_names_and_that_is_gone_is_said(asking: Asking, page: Index) -> None:
    page.add("mmcv", "1.0", hashes={}, metadata_beside=False)
    page.faults["mmcv-1.0-py3-none-any.whl"] = Fault(status=404)
    assert asking.fails()[:2] == ("index-failed", 3)


def test_a_wheel_of_which_half_comes_is_not_measured(asking: Asking, page: Index) -> None:
    page.ranges = False
    page.add("mmcv", "1.0", hashes={}, metadata_beside=False)
    page.cut_off.add("mmcv-1.0-py3-none-any.whl")
    assert asking.fails()[:2] == ("index-failed", 3)


def test_a_wheel_is_measured_once_and_again_when_it_is_another(asking: Asking, page: Index) -> None:
    digest = page.add("mmcv", "1.0", hashes={}, metadata_beside=False)
    folder = asking.cache / "package-indexes" / "digests"
    before = set(folder.glob("*"))
    assert asking()["mmcv"].hashes == (digest,)
    (kept,) = set(folder.glob("*")) - before
    assert f"sha256:{kept.read_text()}" == digest
    kept.write_text("0" * 64)
    assert asking()["mmcv"].hashes == (f"sha256:{'0' * 64}",)  # what was kept, since it has the same tag
    page.pages.clear()
    other = page.add("mmcv", "1.0", "typing-extensions", hashes={}, metadata_beside=False)
    asking.default.add("typing-extensions", "4")
    assert asking()["mmcv"].hashes == (other,)
    assert other != digest
