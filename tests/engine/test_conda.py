"""`conda` in real builds: a compiled program of a channel runs in the image, with its library and the file it reads.

The channel lies in a folder that the builder reaches; its archives have the prefix of the machine that made them in
binary and in text, as those of conda-forge have.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conda_channel import Channel
from tests.engine.project import Project, empty_project, errors
from tests.engine.serving import gateway, served

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["gateway", "served"]

pytestmark = pytest.mark.engine


def program(lab: Lab) -> str:
    return f"""\
env train <
  python 3.12
  labels session "{lab.session}"
  pip six
  conda greet 3.4 greet-data
  check < run "greet" >
  run "greet"
>
"""


@pytest.fixture
def channel(served: tuple[Path, str]) -> Channel:
    one = Channel(served[0] / "conda-forge")
    one.add_greeting()
    return one


@pytest.fixture
def project(lab: Lab, channel: Channel, served: tuple[Path, str], tmp_path: Path) -> Iterator[Project]:
    variables = {
        "ENVC_CHANNEL_CONDA_FORGE": f"{served[1]}/conda-forge",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    with empty_project(lab, tmp_path / "project", "train", **variables) as one:
        one.program.write_text(program(lab))
        yield one


def prefix_of(lab: Lab, image: str) -> dict[str, tuple[str, int, str]]:
    """Return what lies in /opt/conda of an image: kind, mode, and content or where a link points to."""
    container = lab.docker.containers.create(image)
    try:
        chunks, _ = container.get_archive("/opt/conda")
        stream = io.BytesIO(b"".join(chunks))
    finally:
        container.remove()
    found = {}
    with tarfile.open(fileobj=stream) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            text = hashlib.sha256(content.read()).hexdigest() if content else member.linkname
            found[member.name] = (member.type.decode(), member.mode, text)
    return found


def test_a_program_runs_and_two_builds_are_the_same(lab: Lab, project: Project, served: tuple[Path, str]) -> None:
    """With its library, and paths in it that were another machine's. Nobody but root may write; no address is kept."""
    project.build("--lock")
    finished = project.envc("run")
    assert finished.stdout == "hello, from /opt/conda\n", finished.stderr
    found = prefix_of(lab, project.image)
    modes = {name: mode for name, (kind, mode, _) in found.items() if kind != "2"}
    assert not [name for name, mode in modes.items() if mode & 0o022]
    assert not [name for name, mode in modes.items() if not mode & 0o004]
    assert {name.rpartition("/")[2] for name in found if "/conda-meta/" in name} == {
        "greet-3.4.1-h0000000_1.json",
        "greet-data-2024a-h0000000_0.json",
        "greetlib-1.2-h0000000_0.json",
    }
    kept = project.envc("run", "--", "sh", "-c", "cat /opt/conda/conda-meta/*.json; env; id -u").stdout
    assert served[1] not in kept
    assert '"channel": "conda-forge"' in kept
    assert "PATH=/opt/venv/bin:/opt/conda/bin:" in kept
    project.build("--no-cache")
    assert prefix_of(lab, project.image) == found


def test_other_bytes_than_the_lock_has_fail_the_build(project: Project, channel: Channel) -> None:
    assert project.envc("lock").returncode == 0
    archive = channel.folder / "linux-64" / "greetlib-1.2-h0000000_0.tar.bz2"
    archive.write_bytes(archive.read_bytes() + b"\0")
    finished = project.envc("build", "--engine", "docker")
    assert errors(finished) == ["build-failed"]
    assert "has other bytes than the lock says" in finished.stderr


def test_a_vendored_folder_has_all_of_it(lab: Lab, project: Project, channel: Channel) -> None:
    """The build reaches neither channel nor index, and makes the same prefix."""
    project.build("--lock")
    before = prefix_of(lab, project.image)
    finished = project.envc("vendor", "--to", "../offline")
    assert finished.returncode == 0, finished.stderr
    record = json.loads((project.folder.parent / "offline" / "vendor.json").read_text())
    assert len([name for name in record["files"] if name.startswith("conda/")]) == 3
    for archive in channel.folder.rglob("*.bz2"):
        archive.unlink()
    project.build("--from", "../offline", "--no-cache")
    assert prefix_of(lab, project.image) == before
