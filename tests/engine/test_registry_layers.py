"""Files of real images, read from the lab's registry, are those that a container sees."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envc.lock.base_changes import base_changes, packages_of
from envc.lock.model import LockedImage
from envc.lock.resolution import Image, ImageRequest
from envc.resolvers.registry import Registry

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

STATUS = "/var/lib/dpkg/status"
RELEASE = "/etc/os-release"
#: Takes away, replaces and adds: files, folders, links, in an upper layer of their own each.
CHANGED = f"""\
RUN mkdir -p /opt/kept /opt/gone/deep /opt/remade && echo 1 > /opt/kept/a && echo 1 > /opt/gone/deep/a \\
 && echo 1 > /opt/remade/a && echo 1 > /opt/file && ln -s kept /opt/link && echo same > /opt/one && ln /opt/one /opt/two
RUN rm -r /opt/gone /opt/remade && mkdir /opt/remade && echo 2 > /opt/remade/b && rm /opt/file && mkdir /opt/file \\
 && echo 2 > /opt/file/c && sed -i 's/^Version: 2.36-9/Version: 2.36-99/' {STATUS} && echo 2 >> /opt/two
"""


def find(lab: Lab, repository: str, tag: str) -> Image:
    found = Registry().find(ImageRequest(f"{lab.registry}/{repository}", tag, "linux/amd64"))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def changed(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """An image on the lab's Python, pushed to the lab's registry."""
    folder: Path = tmp_path_factory.mktemp("changed")
    base = f"{lab.registry}/library/python:3.12-slim-bookworm"
    (folder / "Dockerfile").write_text(f"FROM {base}\n{CHANGED}", "utf-8")
    repository = lab.repository("changed")
    command = ["docker", "buildx", "build", "--quiet", "--push", "--tag", f"{repository}:1", str(folder)]
    subprocess.run(command, env=dict(lab.environment), check=True, capture_output=True)
    return find(lab, repository.removeprefix(f"{lab.registry}/"), "1")


def test_dpkgs_status_is_what_a_container_reads(lab: Lab) -> None:
    """The same bytes, without an engine."""
    image = find(lab, "library/python", "3.12-slim-bookworm")
    files = Registry().files_of(image.repository, image.digest, "linux/amd64", [STATUS, RELEASE, "/etc/apt/none"])
    for path in (STATUS, RELEASE):
        assert files[path].decode() == lab.run(f"{image.repository}@{image.digest}", ["cat", path])
    assert set(files) == {STATUS, RELEASE}
    assert "libc6" in packages_of(files)


def test_names_and_contents_are_those_of_the_container(lab: Lab, changed: Image) -> None:
    """What an upper layer takes away is gone, what it remakes has nothing of before."""
    image = f"{changed.repository}@{changed.digest}"
    registry = Registry()
    seen = lab.run(image, ["find", "/opt", "/usr/share/perl5", "/var/lib/dpkg", "-type", "f", "-o", "-type", "l"])
    folders = ("/opt", "/usr/share/perl5", "/var/lib/dpkg")
    with registry.layers(changed.repository, changed.digest, "linux/amd64") as layers:
        names = [name for folder in folders for name in layers.names_under(folder)]
        files = layers.read(["/opt/link/a", "/opt/one", "/opt/two", "/opt/file/c", "/opt/remade/a"])
    assert sorted(names) == sorted(seen.splitlines())
    assert len(names) > 100
    one, two = (lab.run(image, ["cat", path]).encode() for path in ("/opt/one", "/opt/two"))
    assert files == {"/opt/link/a": b"1\n", "/opt/one": one, "/opt/two": two, "/opt/file/c": b"2\n"}


def test_a_base_that_moved_says_which_packages(lab: Lab, changed: Image) -> None:
    """What `envc lock --only base` shows of a base whose packages are others."""
    before, after = (
        LockedImage(
            repository=image.repository,
            tag=image.tag,
            digest=image.digest,
            manifest=image.manifest,
            digest_from="registry",
            glibc="2.36",
            reason="",
        )
        for image in (find(lab, "library/python", "3.12-slim-bookworm"), changed)
    )
    lines = base_changes(before, after, Registry(os.environ), "linux/amd64")
    assert lines[0].startswith("image ")
    assert any(line.startswith("~ libc6 2.36-9") and " → 2.36-99" in line for line in lines)
    assert not any(line.startswith(("Python", "system")) for line in lines)
