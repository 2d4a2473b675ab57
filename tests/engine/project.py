"""Examples as projects of their own: copied, locked in the lab and built, once a session each."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Lab

EXAMPLES = Path(__file__).parents[2] / "examples"

_built: dict[tuple[str, str], Project] = {}


@dataclass
class Project:
    """A folder with a program, and the environment in which `envc` works on it."""

    folder: Path
    name: str
    environment: Mapping[str, str]
    images: set[str] = field(default_factory=set)
    patience: int = 400  # seconds that a command may take

    @property
    def program(self) -> Path:
        return self.folder / f"{self.name}.env"

    @property
    def image(self) -> str:
        return str(self.manifest["image"])

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "build" / self.name / "run.json").read_text()))

    @property
    def lock(self) -> dict[str, Any]:
        content = json.loads((self.folder / "lockfiles" / self.name / "lock.json").read_text())
        return dict(content["platforms"]["linux/amd64"])

    def words(self, command: str, *words: str) -> list[str]:
        """The command line; a socket or file that envc leaves open is said on stderr."""
        return [sys.executable, "-W", "always::ResourceWarning", "-m", "envc", command, self.program.name, *words]

    def envc(self, command: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `envc COMMAND PROGRAM WORDS…` in the project."""
        finished = subprocess.run(
            self.words(command, *words),
            cwd=self.folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=self.patience,
        )
        assert "ResourceWarning" not in finished.stderr, finished.stderr
        assert not re.search(r'^  File "[^"]*/envc/', finished.stderr, re.MULTILINE), finished.stderr  # a traceback
        return finished

    def build(self, *words: str) -> dict[str, Any]:
        """Build and return what `--json` says. The image is removed when the session ends."""
        finished = self.envc("build", "--engine", "docker", "--json", *words)
        assert finished.returncode == 0, finished.stderr
        said: dict[str, Any] = json.loads(finished.stdout)
        self.images.update(said["image"]["tags"])
        return said

    @contextmanager
    def started(self, command: str, *words: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
        """Start `envc COMMAND PROGRAM WORDS…`; it is ended when the block ends, if it has not by itself."""
        with subprocess.Popen(
            self.words(command, *words),
            cwd=self.folder,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    process.wait(30)

    def copy(self, folder: Path) -> Project:
        """Return a copy that a test may change."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Project(folder, self.name, self.environment, self.images)


@contextmanager
def empty_project(lab: Lab, folder: Path, name: str, **variables: str) -> Iterator[Project]:
    """Make a folder for a program that is still to be written; the images that it builds are removed."""
    project = Project(folder, name, {**lab.environment, **variables})
    (folder / "lockfiles").mkdir(parents=True)  # makes the folder a root, whatever lies above it
    try:
        yield project
    finally:
        remove_images(project)


def errors(finished: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the names of the errors that a command reported."""
    return re.findall(r"^error\[([a-z-]+)\]", finished.stderr, re.MULTILINE)


def copied(lab: Lab, example: str, folder: Path, **variables: str) -> Project:
    """Copy an example, such as `serve`, without locks and outputs.

    Something in it is its session's, so that its hash is its own. `variables` are set where `envc` works on it.
    """
    ignored = shutil.ignore_patterns("expected", "lockfiles", "build", "__pycache__")
    shutil.copytree(EXAMPLES / example, folder, ignore=ignored)
    name = Path(example).name
    if (folder / "src").is_dir():
        (folder / "src" / "session.txt").write_text(lab.session)
    else:
        program = folder / f"{name}.env"
        program.write_text(f'{program.read_text().rstrip().removesuffix(">")}  labels session "{lab.session}"\n>\n')
    (folder / "lockfiles").mkdir()  # makes the folder a root, whatever lies above it
    if (folder / "out").is_dir():
        (folder / "out").chmod(0o775)
    return Project(folder, name, {**lab.environment, **variables})


def built(lab: Lab, example: str, request: pytest.FixtureRequest, **variables: str) -> Project:
    """Return an example that is locked and built; the first to ask pays for it."""
    if (lab.session, example) not in _built:
        factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
        project = copied(lab, example, factory.mktemp("examples") / Path(example).name, **variables)
        request.session.addfinalizer(lambda: remove_images(project))
        project.build("--lock")
        _built[lab.session, example] = project
    return _built[lab.session, example]


def remove_images(project: Project) -> None:
    command = ["docker", "image", "rm", "--force", *project.images]
    if project.images:
        subprocess.run(command, env=dict(project.environment), capture_output=True, check=False)


def image_holds(lab: Lab, image: str, *values: bytes) -> list[bytes]:
    """Return which values are in an image: in configuration, history, or the unpacked bytes of any layer.

    All values are looked for at once, since the engine takes a while to give an image away.
    """
    found: set[bytes] = set()
    with tempfile.TemporaryFile() as saved:
        for chunk in lab.docker.images.get(image).save():
            saved.write(chunk)
        saved.seek(0)
        with tarfile.open(fileobj=saved) as archive:
            for member in archive:
                content = archive.extractfile(member)
                blob = content.read() if content else b""
                unpacked = gzip.decompress(blob) if blob.startswith(b"\x1f\x8b") else blob
                found.update(value for value in values if value in unpacked)
    return [value for value in values if value in found]


def until(seen: Callable[[], bool], what: str, seconds: float = 60) -> float:
    """Wait for something and return how long it took."""
    start = time.monotonic()
    while not seen():
        if time.monotonic() - start > seconds:
            pytest.fail(f"not in {seconds:.0f} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - start


def processes_with(text: str) -> list[int]:
    """Return the ids of the other processes of this machine whose command line has a text."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            content = (folder / "cmdline").read_bytes()
        except OSError:
            continue  # it has ended
        if text.encode() in content and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found
