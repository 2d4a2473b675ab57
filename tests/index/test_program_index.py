"""`index` in a program, locked by `envc lock`: a package comes from the index it is given, and from no other.

Both indexes are on loopback; the default one is what this process tells pip, and no configuration file is read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.index_server import Index
from tests.index_server.building import source

pytestmark = pytest.mark.index


class Project:
    """A folder with `train.env`, and a default index of its own."""

    def __init__(self, root: Path, cache: Path, default: Index) -> None:
        self.root = root
        self.folder = root / "project"
        (self.folder / "lockfiles").mkdir(parents=True)
        (root / "xdg").mkdir()
        (root / "xdg" / "envc").symlink_to(cache)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        self.environ = {
            **kept,
            "HOME": str(root),
            "XDG_CACHE_HOME": str(root / "xdg"),
            "ENVC_REGISTRY_MIRROR": "",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": default.url,
            "PIP_DEFAULT_TIMEOUT": "3",
            "PIP_RETRIES": "0",
        }

    def write(self, text: str) -> None:
        (self.folder / "train.env").write_text(f"env train <\n  python 3.12\n  {text}\n>\n")

    def envc(self, command: str, *words: str) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-m", "envc", command, "train.env", *words]
        return subprocess.run(
            arguments, cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False, timeout=120
        )

    def lock(self) -> dict[str, dict[str, Any]]:
        finished = self.envc("lock", "--json")
        assert finished.returncode == 0, finished.stderr
        return {one["name"]: one for one in json.loads(finished.stdout)["linux/amd64"]["packages"]}

    @property
    def texts(self) -> dict[str, str]:
        folder = self.folder / "lockfiles" / "train"
        return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture
def corp() -> Iterator[Index]:
    with Index() as one:
        yield one


@pytest.fixture
def project(tmp_path: Path, cache: Path, index: Index) -> Project:
    return Project(tmp_path, cache, index)


def test_neither_index_can_replace_a_package_of_the_other(project: Project, index: Index, corp: Index) -> None:
    """Dependency confusion in both directions: each index has the other's package in a higher version."""
    index.add("public", "1")
    index.add("private", "99")
    corp.add("private", "1")
    corp.add("public", "99")
    project.write(f'pip private public; index corp "{corp.url}" for private')
    packages = project.lock()
    found = {name: (one["version"], one["index"]) for name, one in packages.items()}
    assert found == {"private": ("1", "corp"), "public": ("1", None)}
    assert "simple/private" not in index.requests
    assert "simple/public" not in corp.requests


def test_what_another_package_asks_for_comes_from_its_index_too(project: Project, index: Index, corp: Index) -> None:
    index.add("public", "1", "private")
    index.add("private", "99")
    corp.add("private", "1", "public")
    project.write(f'pip public; index corp "{corp.url}" for private')
    packages = project.lock()
    assert (packages["private"]["version"], packages["private"]["index"]) == ("1", "corp")
    assert "simple/private" not in index.requests


def test_a_package_that_its_index_lacks_is_looked_for_nowhere_else(project: Project, index: Index, corp: Index) -> None:
    index.add("private", "99")
    project.write(f'pip private; index corp "{corp.url}" for private')
    finished = project.envc("lock")
    assert finished.returncode == 1
    assert "error[unknown-package]: index `corp` has no package `private`" in finished.stderr
    assert index.requests == []


def test_the_lock_has_the_name_and_the_build_the_address(project: Project, index: Index, corp: Index) -> None:
    index.add("public", "1")
    digest = corp.add("private", "1")
    project.write(f'pip private public; index corp "{corp.url}" for private')
    project.lock()
    texts = project.texts
    assert sorted(texts) == ["lock.json", "py3.12-linux-x86_64.corp.txt", "py3.12-linux-x86_64.txt"]
    assert digest in texts["py3.12-linux-x86_64.corp.txt"]
    assert not any(corp.host in text or "://" in text for text in texts.values())
    assert project.envc("compile").returncode == 0
    dockerfile = (project.folder / "build" / "train" / "Dockerfile").read_text()
    assert f'ARG CORP_INDEX="{corp.url}"' in dockerfile or f"ARG CORP_INDEX={corp.url}" in dockerfile
    assert dockerfile.count("--index-url") == 1


def test_a_page_of_links_is_locked_and_built_from(project: Project, index: Index, corp: Index) -> None:
    """By the whole program: the lock names no address, and the build sees no other index for its packages."""
    index.add("public", "1")
    index.add("private", "99")
    digest = corp.add("private", "1", "public", hashes={}, metadata_beside=False)
    corp.add("public", "99", hashes={}, metadata_beside=False)
    program = f'pip private; index corp "{corp.links_url}" links for private'
    for resolver in ("pip-tools", "uv"):
        project.write(program)
        finished = project.envc("lock", "--upgrade", "--resolver", resolver)
        assert finished.returncode == 0, finished.stderr
        texts = project.texts
        assert digest in texts["py3.12-linux-x86_64.corp.txt"]
        assert "public==1 " in texts["py3.12-linux-x86_64.txt"]
        assert not any(corp.host in text or "://" in text for text in texts.values())
    assert project.envc("compile").returncode == 0
    output = project.folder / "build" / "train"
    dockerfile = (output / "Dockerfile").read_text()
    assert dockerfile.count("--no-index") == dockerfile.count("--find-links") == 1
    assert "--index-url" not in dockerfile
    assert f"# add --find-links {corp.links_url} for corp" in (output / "requirements.txt").read_text()
    project.write(program.replace(" links", ""))
    stale = project.envc("check", "--frozen")
    assert stale.returncode == 1
    assert "the lock was made for `links for private`" in stale.stderr


def test_an_index_of_one_platform_is_asked_there(project: Project, index: Index, corp: Index) -> None:
    index.add("private", "99")
    corp.add("private", "1")
    project.write(f'pip private; on linux/amd64 < index corp "{corp.url}" for private >')
    assert project.lock()["private"]["index"] == "corp"


def test_a_moved_index_leaves_the_lock_fresh_and_another_routing_does_not(
    project: Project, index: Index, corp: Index
) -> None:
    index.add("public", "1")
    corp.add("private", "1")
    program = f'pip private public; index corp "{corp.url}" for private'
    project.write(program)
    project.lock()
    project.write(program.replace(corp.url, "https://packages.example.org/simple"))
    assert project.envc("check", "--frozen").returncode == 0
    project.write(f"{program} public")
    stale = project.envc("check", "--frozen")
    assert stale.returncode == 1
    assert "the lock was made for `for private`" in stale.stderr


def test_an_index_for_a_package_that_nobody_asks_for_is_said(project: Project, index: Index, corp: Index) -> None:
    index.add("private", "1")
    project.write(f'pip private; index corp "{corp.url}" for privat')
    finished = project.envc("lock")
    assert finished.returncode == 0
    assert "warning[unused-index]: no package comes from the index `corp`" in finished.stderr
    assert "a package with a similar name to `privat` is `private`" in finished.stderr


@pytest.mark.parametrize("resolver", ["pip-tools", "uv"])
def test_what_builds_a_package_comes_from_an_index_with_a_login(project: Project, index: Index, resolver: str) -> None:
    """Already while it is asked what it needs. The password is in no output, in no file, and in no other process."""
    index.add_archive("old", "1.0", source("helper"))
    index.add("seen", "1")
    index.add("seen", "99")
    index.add("helper", "99")
    secret = project.root / "token"
    secret.write_text("geheim\n")
    with Index(credentials=("ada", "geheim")) as corp:
        corp.add("helper", "1")
        routed = f'index corp "{corp.url}" secret token user ada for helper; secret token as TOKEN build'
        project.write(f"pip old from source; {routed}")
        refused = project.envc("lock", "--resolver", resolver)
        assert (refused.returncode, "error[index-unauthorised]" in refused.stderr) == (3, True), refused.stderr
        locked = project.envc("lock", "--json", "--resolver", resolver, "--secret", f"token={secret}")
    assert locked.returncode == 0, locked.stderr
    assert "simple/helper" not in index.requests
    texts = project.texts
    assert "seen==1 " in texts["py3.12-linux-x86_64.txt"]
    assert "helper==1 " in texts["py3.12-linux-x86_64.build.old.corp.txt"]
    written = [path.read_bytes() for path in project.folder.rglob("*") if path.is_file()]
    assert not any(b"geheim" in one for one in (locked.stdout.encode(), locked.stderr.encode(), *written))
