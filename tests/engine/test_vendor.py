"""A build without network from a folder of `envc vendor`: bases that no registry knows, wheels, system packages, tools.

After the folder is filled, the lock's images get the name of a registry that there is not. Only the folder can give
them then, whatever the engine's cache or mirrors hold.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envc.diagnostics import Report
from envc.engines.docker.build import build
from envc.engines.protocol import BuildRequest
from tests.engine.project import Project, errors, remove_images
from tests.engine.serving import gateway
from tests.engine.test_apt import NO_ARCHIVES, NO_SNAPSHOTS
from tests.loopback import serving

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["gateway"]

pytestmark = pytest.mark.engine

GREET = b"#!/bin/sh\necho hello\n"


def program(lab: Lab, address: str) -> str:
    return f"""\
env train <
  python 3.12
  labels session "{lab.session}"
  apt tree make
  pip six
  copy "/usr/lib/os-release" from image "python:3.12-slim-bookworm" at "/opt/release"
  tool greet 1 from "{address}/greet" sha256 "{sha256(GREET).hexdigest()}" at "/usr/local/bin/greet"
  check < run "tree" "--version" >
  run "greet"
>
"""


@pytest.fixture(scope="module")
def server(gateway: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, gateway) as address:
        yield folder, address


@pytest.fixture
def served(server: tuple[Path, str]) -> tuple[Path, str]:
    """A folder with the tool, which a test may change, and the address at which containers find it."""
    (server[0] / "greet").write_bytes(GREET)
    return server


@pytest.fixture(scope="module")
def filled(lab: Lab, server: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose folder of vendored files, `../off line@1`, is filled; tests leave it as it is."""
    folder, address = server
    (folder / "greet").write_bytes(GREET)
    one = Project(tmp_path_factory.mktemp("filled") / "project", "train", {**lab.environment, **NO_SNAPSHOTS})
    (one.folder / "lockfiles").mkdir(parents=True)
    one.program.write_text(program(lab, address))
    assert one.envc("lock").returncode == 0
    finished = one.envc("vendor", "--to", "../off line@1")
    assert finished.returncode == 0, finished.stderr
    assert "images, " in finished.stderr
    return one


@pytest.fixture
def project(filled: Project, served: tuple[Path, str], tmp_path: Path) -> Iterator[Project]:
    """A copy of the project and of its vendored files."""
    shutil.copytree(filled.folder.parent, tmp_path / "copy")
    one = Project(tmp_path / "copy" / "project", "train", filled.environment)
    yield one
    remove_images(one)


def vendored(project: Project) -> Path:
    return project.folder.parent / "off line@1"


def rename_images(lab: Lab, project: Project) -> None:
    """Let lock and folder name the images as of a registry that there is not, by a name that no engine has cached."""
    nowhere = f"registry.example.org/{lab.session}/python"
    for file in (project.folder / "lockfiles" / "train" / "lock.json", vendored(project) / "vendor.json"):
        text = file.read_text()
        assert "docker.io/library/python" in text
        file.write_text(text.replace("docker.io/library/python", nowhere))


def refused(project: Project, *words: str) -> str:
    """Return the name of the one error with which a build is refused."""
    finished = project.envc("build", "--from", "../off line@1", *words)
    assert finished.returncode == 1, finished.stderr
    (name,) = errors(finished)
    return name


def test_a_build_takes_everything_from_the_folder(lab: Lab, project: Project, served: tuple[Path, str]) -> None:
    """No registry, no archive, no index and no server answers; hashes and label are the ordinary build's."""
    rename_images(lab, project)
    (served[0] / "greet").unlink()
    ordinary = project.envc("build", "--engine", "docker")
    assert (ordinary.returncode, errors(ordinary)) == (3, ["base-not-found"])
    hashes = json.loads(project.envc("hash", "--json").stdout)
    said = project.build("--from", "../off line@1", "--no-cache")
    assert said["hashes"]["environment"] in json.dumps(hashes)
    assert said["hashes"]["reproducibility"] in json.dumps(hashes)
    labels = lab.docker.images.get(project.image).labels
    assert labels["dev.envc.hash"] == said["hashes"]["reproducibility"]
    code = "import six, shutil; print(six.__version__, shutil.which('tree'), open('/opt/release').readline())"
    assert project.envc("run", "--", "python", "-c", code).stdout.split()[1:3] == [
        "/usr/bin/tree",
        'PRETTY_NAME="Debian',
    ]
    assert project.envc("run").stdout == "hello\n"


def test_the_image_is_that_of_the_ordinary_build(lab: Lab, project: Project) -> None:
    """The files of both are the same; what a build leaves behind of its folders would show here."""
    listing = ["find", "/", "-xdev", "-type", "f", "-not", "-path", "/proc/*", "-not", "-path", "/sys/*"]
    ordinary = project.build()["image"]["id"]
    files = set(lab.run(ordinary, listing, entrypoint="", user="root").splitlines())
    own = project.build("--from", "../off line@1")["image"]["id"]
    assert own != ordinary
    assert set(lab.run(own, listing, entrypoint="", user="root").splitlines()) == files


def test_steps_reach_no_network(lab: Lab, served: tuple[Path, str], tmp_path: Path) -> None:
    """A step that asks this machine's server, which containers reach, gets no answer."""
    ask = f"import urllib.request; urllib.request.urlopen('{served[1]}/greet', timeout=5)"
    (tmp_path / "Dockerfile").write_text(f'FROM python:3.12-slim-bookworm\nRUN ["python", "-c", "{ask}"]\n')
    request = BuildRequest(tmp_path, tmp_path / "Dockerfile", (lab.tag("network"),), "linux/amd64", cached=False)
    build(request, lambda _: None)
    with pytest.raises(Report) as caught:
        build(request._replace(network=False), lambda _: None)
    assert caught.value.diagnostics[0].name == "build-failed"


def test_a_folder_that_was_changed_is_refused(project: Project) -> None:
    """Other bytes, a file that is missing, one more; a missing record; then the lock's own choice."""
    folder = vendored(project)
    (wheel,) = (folder / "wheels").iterdir()
    content = wheel.read_bytes()
    wheel.write_bytes(content[:-1] + b"x")
    assert refused(project) == "changed-vendor-folder"
    wheel.unlink()
    assert refused(project) == "changed-vendor-folder"
    wheel.write_bytes(content)
    (folder / "wheels" / "more").write_text("")
    assert refused(project) == "changed-vendor-folder"
    (folder / "wheels" / "more").unlink()
    record = json.loads((folder / "vendor.json").read_text())
    wheels = [path for path in record["files"] if path.startswith("wheels/")]
    del record["files"][wheels[0]]
    (folder / "vendor.json").write_text(json.dumps(record))
    assert refused(project) == "other-vendor-folder"
    (folder / "vendor.json").unlink()
    assert refused(project) == "damaged-vendor-folder"


def test_a_folder_is_completed(project: Project, served: tuple[Path, str]) -> None:
    """What it has is not fetched again, what is damaged is, and what the lock no longer needs goes."""
    folder = vendored(project)
    record = (folder / "vendor.json").read_text()
    (served[0] / "greet").unlink()
    (wheel,) = (folder / "wheels").iterdir()
    wheel.write_bytes(b"damaged")
    deb = next((folder / "debs").glob("tree_*"))
    kept = deb.stat().st_ino
    assert project.envc("vendor", "--to", "../off line@1", **NO_ARCHIVES).returncode == 0
    assert (folder / "vendor.json").read_text() == record
    assert next((folder / "debs").glob("tree_*")).stat().st_ino == kept
    project.program.write_text(project.program.read_text().replace("  apt tree make\n", "").replace("check", "# check"))
    assert project.envc("lock").returncode == 0
    assert project.envc("vendor", "--to", "../off line@1").returncode == 0
    assert not (folder / "debs").exists()


def test_a_file_that_is_gone_leaves_the_folder_as_it_was(project: Project, served: tuple[Path, str]) -> None:
    (served[0] / "greet").write_bytes(b"another")
    folder = vendored(project)
    before = sorted(path.name for path in folder.parent.iterdir())
    record = (folder / "vendor.json").read_text()
    next((folder / "files").iterdir()).write_bytes(b"damaged")
    finished = project.envc("vendor", "--to", "../off line@1")
    assert (finished.returncode, errors(finished)) == (3, ["file-not-fetched"])
    assert "it has other bytes" in finished.stderr
    assert (folder / "vendor.json").read_text() == record
    assert sorted(path.name for path in folder.parent.iterdir()) == before


def test_a_lock_without_versions_cannot_be_vendored(lab: Lab, tmp_path: Path) -> None:
    project = Project(tmp_path / "project", "train", {**lab.environment, **NO_SNAPSHOTS, **NO_ARCHIVES})
    (project.folder / "lockfiles").mkdir(parents=True)
    project.program.write_text("env train <\n  python 3.12\n  apt tree\n>\n")
    assert project.envc("lock").returncode == 0
    finished = project.envc("vendor", "--to", "vendored")
    assert (finished.returncode, errors(finished)) == (1, ["unvendorable-system-packages"])
    assert not (project.folder / "vendored").exists()
