"""`envc lock` and what lies at addresses: read once a version, verified, and never silently another.

No registry answers here, so the base comes from the table; the data come from loopback.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from envc.cli.main import run
from tests.unit.cli.project import Answer
from tests.unit.resolvers.file_server import FileServer, Given

ROOT = Path(__file__).parents[3]  # so that a worktree tests its own code
PROXY = "http://127.0.0.1:9"  # nobody listens there
BODY = b"wine,red\n" * 1000


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as running:
        running.files["/wine.csv"] = Given(BODY, etag='"one"')
        yield running


class Project:
    """A folder with a program that names the server's file."""

    def __init__(self, folder: Path, server: FileServer, capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self.server, self._capture = folder, server, capture
        (folder / "lockfiles").mkdir()
        self.write()

    def write(self, version: str = "v1", more: str = "", delivery: str = "fetched", path: str = "/wine.csv") -> None:
        clause = f'data {version} of wine from "{self.server.address}{path}" {more} {delivery}'
        (self.folder / "train.env").write_text(f"env train <\n  python 3.12\n  {clause}\n>\n")

    def run(self, *arguments: str) -> Answer:
        exit_code = run(arguments)
        said = self._capture.readouterr()
        return Answer(exit_code, said.out, said.err)

    @property
    def locked(self) -> dict[str, Any]:
        (found,) = one_platform(json.loads((self.folder / "lockfiles" / "train" / "lock.json").read_text()))[
            "artifacts"
        ]
        return dict(found)

    @property
    def asked(self) -> int:
        asked = len(self.server.seen)
        self.server.seen.clear()
        return asked


@pytest.fixture
def project(
    tmp_path: Path, server: FileServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Project:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.delenv("https_proxy", raising=False)
    return Project(tmp_path, server, capsys)


def one_platform(content: dict[str, Any]) -> dict[str, Any]:
    """Return what a lock says of its only platform, whether it lists platforms or not."""
    platforms: dict[str, dict[str, Any]] = content.get("platforms", {"": content})
    return next(iter(platforms.values()))


def names(answer: Answer) -> list[str]:
    return re.findall(r"^error\[([a-z-]+)\]", answer.stderr, re.MULTILINE)


def test_an_address_is_read_once_a_version(project: Project) -> None:
    """A fresh lock asks nobody, an upgrade asks whether it is the same, and a new version is read."""
    first = project.run("lock", "train.env")
    assert first.exit_code == 0, first.stderr
    assert "wine: measuring what lies at its address" in first.stderr
    right = sha256(BODY).hexdigest()
    expected = {"kind": "data", "name": "wine", "version": "v1", "files": 1, "size": len(BODY), "sha256": right}
    assert project.locked == {**expected, "revision": "one"}
    assert project.asked == 1
    assert "is fresh" in project.run("lock", "train.env").stderr
    assert project.asked == 0
    project.write(more=f"sha256 {right}")
    assert project.run("lock", "train.env").exit_code == 0
    assert project.asked == 0
    project.server.files["/wine.csv"].body = b"x" * len(BODY)  # behind an ETag that says it is the same
    assert project.run("lock", "train.env", "--upgrade").exit_code == 0
    assert (project.asked, project.locked["sha256"]) == (1, right)
    project.write("v2")
    assert project.run("lock", "train.env").exit_code == 0
    assert project.locked["sha256"] == sha256(b"x" * len(BODY)).hexdigest()


def test_the_same_version_with_other_bytes_is_an_error(project: Project) -> None:
    """It shows both and the two ways on, and the lock stays; so does another address with other bytes."""
    assert project.run("lock", "train.env").exit_code == 0
    before = project.locked
    project.server.files["/wine.csv"] = Given(b"other", etag='"two"')
    project.server.files["/moved.csv"] = Given(b"other")
    changed = project.run("lock", "train.env", "--upgrade")
    assert (changed.exit_code, names(changed)) == (1, ["changed-data"])
    right, found = sha256(BODY).hexdigest(), sha256(b"other").hexdigest()
    assert f"the lock says {right[:12]}…, at its address is {found[:12]}…" in changed.stderr
    assert changed.stderr.count("= help:") == 2
    project.write(path="/moved.csv")
    assert names(project.run("lock", "train.env")) == ["changed-data"]
    assert project.locked == before


def test_a_checksum_in_the_program_is_compared(project: Project) -> None:
    """With what came, before any lock is there."""
    project.write(more=f"sha256 {'0' * 64}")
    refused = project.run("lock", "train.env")
    assert (refused.exit_code, names(refused)) == (1, ["changed-data"])
    assert "the program says 000000000000…, at its address is" in refused.stderr
    assert list((project.folder / "lockfiles").iterdir()) == []


def test_the_checksum_of_the_lock_is_what_a_build_and_a_start_verify(project: Project) -> None:
    """The program needs none."""
    right = sha256(BODY).hexdigest()
    for delivery in ("copied", "fetched"):
        project.write(delivery=delivery)
        assert project.run("lock", "train.env").exit_code == 0
        compiled = project.run("compile", "train.env")
        assert compiled.exit_code == 0, compiled.stderr
    assert right in (project.folder / "build" / "train" / "run.json").read_text()
    project.write(delivery="copied")
    assert project.run("compile", "train.env").exit_code == 0
    assert f"--checksum=sha256:{right}" in (project.folder / "build" / "train" / "Dockerfile").read_text()


def test_a_lock_that_knows_nothing_of_the_bytes_is_completed(project: Project) -> None:
    """As one of an older envc, that read nothing from addresses."""
    assert project.run("lock", "train.env").exit_code == 0
    right, place = project.locked, project.folder / "lockfiles" / "train" / "lock.json"
    content = json.loads(place.read_text())
    artifact = one_platform(content)["artifacts"][0]
    artifact |= {"files": None, "size": None, "sha256": None}
    del artifact["revision"]
    place.write_text(json.dumps(content))
    assert names(project.run("compile", "train.env")) == ["no-checksum"]
    assert project.run("lock", "train.env").exit_code == 0
    assert project.locked == right


def test_an_interrupted_lock_ends_at_once(project: Project) -> None:
    """Though the server says nothing for half a minute, and the lock is as it was."""
    project.server.files["/wine.csv"].silent = True
    command = [sys.executable, "-m", "envc", "lock", "train.env"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=project.folder, env=environ, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 20
        while not project.server.seen and time.monotonic() < deadline:
            time.sleep(0.02)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert time.monotonic() - begin < 3
    assert process.returncode != 0
    assert "Traceback" not in said
    assert list((project.folder / "lockfiles").iterdir()) == []


def test_a_failure_leaves_the_lock_and_shows_every_place(project: Project) -> None:
    """Two addresses that fail are two errors, in the order of the program."""
    address = project.server.address
    clauses = "\n  ".join(f'data v1 of {name} from "{address}/{name}" mounted' for name in ("b", "a"))
    (project.folder / "train.env").write_text(f"env train <\n  python 3.12\n  {clauses}\n>\n")
    failed = project.run("lock", "train.env")
    assert (failed.exit_code, names(failed)) == (1, ["data-not-found", "data-not-found"])
    assert failed.stderr.index("`b`") < failed.stderr.index("`a`")
    assert list((project.folder / "lockfiles").iterdir()) == []
