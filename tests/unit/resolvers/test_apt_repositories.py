"""What apt is told of repositories, and what is said where it takes something from elsewhere. Nothing is started."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.language.system_repositories import SystemRepository, repositories_of
from envc.lock.openpgp import armoured
from envc.lock.system_packages import Repository
from envc.plan.places import places_of
from envc.resolvers.apt import repositories
from envc.resolvers.apt.answer import Planned
from envc.resolvers.apt.configuration import Source, repositories_list, repository_sources
from envc.resolvers.apt.keys import key_reader
from envc.resolvers.apt.repositories import Row
from tests.unit.lock.world import environment

KEY = b"\x98" + bytes(range(100))
CORP = Repository("corp", "https://a.example.org/deb/", "stable", ("main",), ("greeter",), KEY, "0" * 64)
DEBIAN = Source("debian", "https://a.example.org/debian", ("bookworm",), ("main",))
EXTRA = Source("corp", "https://a.example.org/deb", ("stable",), ("main",))
MADISON = """\
   greeter |      2.0 | https://a.example.org/deb stable/main amd64 Packages
   greeter |      1.0 | https://a.example.org/deb stable/main amd64 Packages
   greeter |      3.0 | https://a.example.org/debian bookworm/main amd64 Packages
      tree |       99 | https://a.example.org/deb stable/main amd64 Packages
      tree |    2.1-1 | https://a.example.org/debian bookworm/main amd64 Packages
    shared |      1.5 | https://a.example.org/deb stable/main amd64 Packages
    shared |      1.5 | https://a.example.org/debian bookworm/main amd64 Packages
    helper |      1.0 | https://a.example.org/deb stable/main amd64 Packages
      tree |    2.1-1 | https://elsewhere.example.org/debian bookworm/main Sources
"""
ROWS = repositories.rows_of(MADISON, (DEBIAN, EXTRA))


def test_what_apt_prints_is_read_by_archive() -> None:
    assert ROWS[:2] == (Row("greeter", "2.0", "corp"), Row("greeter", "1.0", "corp"))
    assert len(ROWS) == 8
    assert repositories.names_in("Package: b\nVersion: 1\n\nPackage: a\n\nPackage: b\n") == ("a", "b")


def test_a_named_package_has_the_repositorys_versions_alone_and_any_other_the_distributions() -> None:
    blocks = [tuple(line.partition(": ")[2] for line in one.splitlines()) for one in repositories.pins(ROWS, [CORP]).split("\n\n")]  # fmt: skip  # noqa: E501
    assert blocks == [
        ("greeter", "version 2.0", "990"),
        ("greeter", "version 1.0", "990"),
        ("tree", "version 99", "-1"),
        ("greeter", "version *", "-1"),
    ]


def test_a_package_that_comes_from_elsewhere_is_told() -> None:
    def planned(name: str, version: str, archive: str) -> Planned:
        return Planned(name, version, "amd64", archive, f"pool/{name}.deb")

    fine = [planned("greeter", "2.0", "corp"), planned("helper", "1.0", "corp"), planned("tree", "2.1-1", "debian")]
    assert repositories.strays(fine, ROWS, [CORP]) == ()
    wrong = [planned("greeter", "3.0", "debian"), planned("shared", "1.5", "corp")]
    assert repositories.strays(wrong, ROWS, [CORP]) == (
        "greeter 3.0 is in debian and in corp",
        "shared 1.5 would come from corp and not from the distribution",
    )
    assert repositories.present({"greeter": "1.0"}, fine[1:], [CORP]) == (
        "the base has greeter 1.0, which is not of corp",
    )
    assert repositories.present({"greeter": "1.0"}, fine, [CORP]) == ()


def test_a_repository_has_its_own_key_and_maybe_another_address_on_this_machine() -> None:
    (source,) = repository_sources([CORP], {})
    assert source == EXTRA
    text = repositories_list([source], "/folder")
    keys = "[signed-by=/folder/repository-corp.gpg check-valid-until=yes]"
    assert text == f"deb {keys} https://a.example.org/deb stable main\n"
    (moved,) = repository_sources([CORP], {"ENVC_ARCHIVE_CORP": "http://mirror.example.org/corp/"})
    assert moved.address == "http://mirror.example.org/corp"


def wanted(content: bytes | None, folder: Path, digest: str | None = None) -> SystemRepository:
    if content is not None:
        (folder / "corp.asc").write_bytes(content)
    found = digest or sha256(content or b"").hexdigest()
    line = f'apt repository corp "https://a.example.org/deb" suite stable key "corp.asc" sha256 "{found}" < greeter >'
    return repositories_of(environment(f"env train <\n python 3.12\n {line}\n>"))[0]


@pytest.mark.parametrize("content", [KEY, armoured(KEY).encode()])
def test_a_key_is_read_in_either_form(tmp_path: Path, content: bytes) -> None:
    read = key_reader(tmp_path, places_of("train.env", "train"))
    assert read(wanted(content, tmp_path)) == KEY


@pytest.mark.parametrize(
    ("content", "digest", "place"),
    [(None, None, "corp.asc"), (KEY, "0" * 64, "0" * 64), (b"<html>", None, "corp.asc")],
    ids=["missing", "other", "no key"],
)
def test_a_key_that_cannot_be_used_is_named_at_its_place(
    tmp_path: Path, content: bytes | None, digest: str | None, place: str
) -> None:
    read = key_reader(tmp_path, places_of("train.env", "train"))
    with pytest.raises(Report) as caught:
        read(wanted(content, tmp_path, digest))
    (one,) = caught.value.diagnostics
    assert (one.name, caught.value.exit_code) == ("unusable-repository-key", 1)
    assert one.labels[0].span.text.strip('"') == place


def test_a_key_outside_of_the_project_is_refused(tmp_path: Path) -> None:
    read = key_reader(tmp_path, places_of("train.env", "train"))
    outside = wanted(KEY, tmp_path)._replace(key="../corp.asc")
    with pytest.raises(Report) as caught:
        read(outside)
    assert [one.name for one in caught.value.diagnostics] == ["path-leaves-root"]
