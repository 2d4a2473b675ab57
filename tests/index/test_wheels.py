"""`from wheel`, locked by `envc lock`: fetched from an address or read in the project, and resolved with all others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.index.test_program_index import Project
from tests.index.test_rules import run
from tests.index_server import Index, metadata_of, wheel_of
from tests.loopback import serving

pytestmark = pytest.mark.index

RESOLVERS = ("pip-tools", "uv")


@pytest.fixture
def project(tmp_path: Path, cache: Path, index: Index) -> Project:
    return Project(tmp_path, cache, index)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder that is served by http."""
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(folder) as address:
        yield folder, address


def make(folder: Path, file: str, *requires: str, name: str | None = None, python: str | None = None) -> str:
    """Write a wheel and return its checksum."""
    own, version = file.split("-")[:2]
    content = wheel_of(own, version, "py3-none-any", metadata_of(name or own, version, requires, python))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(content)
    return sha256(content).hexdigest()


def locked(project: Project, resolver: str = "pip-tools") -> dict[str, Any]:
    finished = run(project, "lock", "--resolver", resolver)
    assert finished.returncode == 0, finished.stderr
    return dict(json.loads(project.texts["lock.json"])["platforms"]["linux/amd64"])


def refused(project: Project) -> str:
    finished = run(project, "lock")
    assert finished.returncode == 1, finished.stderr
    return finished.stderr


def test_what_wheels_ask_for_is_resolved_with_all_others(
    index: Index, project: Project, served: tuple[Path, str]
) -> None:
    """One of the project, one by its address, extras and markers among what they ask for; both resolvers alike."""
    folder, address = served
    for version in ("1", "2"):
        index.add("shared", version)
    index.add("deep", "1")
    index.add("local", "9")
    wheel = "by_address-1.0+cu12torch2.8-py3-none-any.whl"
    digest = make(folder, wheel, "shared<2", 'deep ; extra == "x"', 'never ; sys_platform == "win32"')
    make(project.folder / "wheels", "local-1-py3-none-any.whl", "shared", "by-address[x]>=1")
    project.write(
        f'pip < local from wheel "wheels/local-1-py3-none-any.whl"; by-address from wheel "{address}/{wheel}"'
        f' sha256 "{digest}" >'
    )
    found = [locked(project, resolver) for resolver in RESOLVERS]
    assert found[0]["wheels"] == found[1]["wheels"]
    assert found[0]["packages"] == found[1]["packages"]
    assert {name: one["version"] for name, one in found[0]["packages"].items()} == {"deep": "1", "shared": "1"}
    wheels = found[0]["wheels"]
    assert wheels["by-address"]["version"] == "1.0+cu12torch2.8"
    assert wheels["by-address"]["requires"] == ["deep", "shared<2"]
    assert wheels["local"]["requires"] == ["by-address[x]>=1", "shared"]
    assert "simple/local" not in index.requests
    assert "simple/by-address" not in index.requests


def test_rules_hold_for_wheels_too(index: Index, project: Project) -> None:
    index.add("shared", "1")
    index.add("shared", "2")
    make(project.folder / "wheels", "a-1-py3-none-any.whl", "shared>=2", "missing")
    make(project.folder / "wheels", "b-1-py3-none-any.whl", "shared>=2")
    project.write(
        'pip < a from wheel "wheels/a-1-py3-none-any.whl" without deps; b from wheel "wheels/b-1-py3-none-any.whl" >\n'
        '  override shared 1 because "b works with it"'
    )
    for resolver in RESOLVERS:
        lock = locked(project, resolver)
        assert {name: one["version"] for name, one in lock["packages"].items()} == {"shared": "1"}
        assert lock["wheels"]["a"]["overruled"] == ["missing", "shared>=2"]
        assert lock["wheels"]["b"]["overruled"] == ["shared>=2"]


def test_another_version_than_somebody_asks_for_is_a_conflict(index: Index, project: Project) -> None:
    index.add("asking", "1", "a>=2")
    make(project.folder / "wheels", "a-1-py3-none-any.whl")
    project.write('pip < asking; a from wheel "wheels/a-1-py3-none-any.whl" >')
    for resolver in RESOLVERS:
        finished = run(project, "lock", "--resolver", resolver)
        assert "error[unsatisfiable-packages]" in finished.stderr
        assert "asking 1 asks for a>=2" in finished.stderr, finished.stderr
        assert "the program asks for a==1" in finished.stderr, finished.stderr


def test_a_changed_wheel_makes_the_lock_stale(index: Index, project: Project) -> None:
    index.add("shared", "1")
    make(project.folder / "wheels", "a-1-py3-none-any.whl")
    project.write('pip a from wheel "wheels/a-1-py3-none-any.whl"')
    locked(project)
    assert run(project, "compile").returncode == 0
    make(project.folder / "wheels", "a-1-py3-none-any.whl", "shared")
    assert "error[stale-lock]" in run(project, "compile").stderr
    assert list(locked(project)["packages"]) == ["shared"]


def test_other_bytes_at_an_address_are_refused(project: Project, served: tuple[Path, str]) -> None:
    folder, address = served
    make(folder, "a-1-py3-none-any.whl")
    project.write(f'pip a from wheel "{address}/a-1-py3-none-any.whl" sha256 "{"0" * 64}"')
    said = refused(project)
    assert "error[wheel-with-other-bytes]" in said
    assert not list((project.root / "xdg" / "envc" / "wheels").glob("*")) or "0" * 64 not in said.split("it has")[1]


def test_a_wheel_that_is_not_there_is_no_fault_of_the_program(project: Project, served: tuple[Path, str]) -> None:
    _, address = served
    project.write(f'pip a from wheel "{address}/a-1-py3-none-any.whl" sha256 "{"0" * 64}"')
    finished = run(project, "lock")
    assert finished.returncode == 3
    assert "error[file-not-fetched]: the wheel of `a` cannot be fetched" in finished.stderr
    assert "it answers 404" in finished.stderr


def test_the_metadata_must_be_of_the_wheel(project: Project) -> None:
    make(project.folder / "wheels", "a-1-py3-none-any.whl", name="b")
    project.write('pip a from wheel "wheels/a-1-py3-none-any.whl"')
    assert "error[unreadable-wheel]" in refused(project)
    make(project.folder / "wheels", "a-1-py3-none-any.whl", python=">=3.13")
    assert "error[requires-python-mismatch]" in refused(project)
    project.write('pip b from wheel "wheels/a-1-py3-none-any.whl"')
    assert "error[source-of-another-package]" in refused(project)
    project.write('pip a >=2 from wheel "wheels/a-1-py3-none-any.whl"')
    assert "error[source-of-another-package]" in refused(project)
