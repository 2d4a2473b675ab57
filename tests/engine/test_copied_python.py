"""A base without Python of the version asked for gets the official one, and it works there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, empty_project

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

_PROGRAM = """\
env copied <
  gpu cuda 11.8 runtime optional
  python 3.12
  run "python" "-V"
>
"""
_LOOK = """\
import bz2, ctypes, json, lzma, os, readline, sqlite3, ssl, subprocess, sys, sysconfig, tempfile, uuid, zlib
import _decimal
modules = os.path.join(sysconfig.get_path("stdlib"), "lib-dynload")
files = [os.path.join(modules, name) for name in os.listdir(modules) if "tkinter" not in name]
linked = subprocess.run(["ldd", *files], capture_output=True, text=True).stdout
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
print(json.dumps({
    "version": sys.version.split()[0], "prefix": sys.prefix, "missing": linked.count("not found"),
    "authorities": len(ssl.create_default_context().get_ca_certs()), "uid": os.getuid(),
    "tools": [name for name in ("gcc", "nvcc", "pip") if any(
        os.path.exists(os.path.join(place, name)) for place in os.environ["PATH"].split(":"))],
}))
"""


def test_the_official_python_works_on_nvidias_image(lab: Lab, tmp_path: Path) -> None:
    """Every library is found, environments can be made, certificates are there, and nothing else came along."""
    project = Project(tmp_path / "project", "copied", lab.environment)
    (project.folder / "lockfiles").mkdir(parents=True)
    project.program.write_text(_PROGRAM)
    try:
        project.build("--lock")
        assert project.lock["base"]["repository"] == "docker.io/nvidia/cuda"
        assert project.lock["interpreter"]["repository"] == "docker.io/library/python"
        seen = project.envc("run", "--no-gpu", "--", "python", "-c", _LOOK)
        assert seen.returncode == 0, seen.stderr
        found = json.loads(seen.stdout)
        assert found.pop("authorities") > 50
        version = project.lock["python"]["version"]
        assert found == {"version": version, "prefix": "/opt/venv", "missing": 0, "uid": 1000, "tools": []}
    finally:
        for image in project.images:
            lab.docker.images.remove(image, force=True)


#: A base with another Python in the way: its links, variables for it, an environment, and a user that is not root.
_BLOCKED = """\
FROM {base}
RUN apt-get update && apt-get install -y --no-install-recommends python3-minimal \\
 && ln -s /usr/bin/python3 /usr/local/bin/python3 && ln -s /usr/bin/python3 /usr/local/bin/python \\
 && mkdir -p /opt/venv/bin && ln -s /usr/bin/python3 /opt/venv/bin/python
ENV PYTHONHOME=/nowhere PYTHONPATH=/usr/lib/python3/dist-packages
USER nobody
"""


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Iterator[Project]:
    """An empty project of its own; what it builds is removed."""
    with empty_project(lab, tmp_path / "project", "copied") as one:
        yield one


def built(lab: Lab, project: Project, base: str) -> dict[str, object]:
    """Build on a base, and return what the image's Python sees of itself."""
    items = f'  base "{base}"\n  python 3.12\n  pip numpy\n  apt libgomp1 file\n  labels session "{lab.session}"\n'
    project.program.write_text(f'env copied <\n{items}  run "python" "-V"\n>\n')
    project.build("--lock")
    seen = project.envc("run", "--", "python", "-c", f"import numpy\n{_LOOK}")
    assert seen.returncode == 0, seen.stderr
    found: dict[str, object] = json.loads(seen.stdout)
    assert found.pop("authorities") > 50  # type: ignore[operator]
    return found


def test_the_official_python_works_on_a_base_of_ones_own(lab: Lab, project: Project) -> None:
    """With packages of the base's own distribution beside it; a second lock changes nothing."""
    found = built(lab, project, "debian:bookworm-slim")
    lock = project.lock
    assert lock["interpreter"]["repository"] == "docker.io/library/python"
    assert lock["base"]["glibc"] == "2.36"
    assert lock["base"]["reason"] == "the program names it, with Python from the official image: it has none"
    assert "obstacles" not in lock
    asked = [one for one in lock["system"] if one["name"] in {"file", "libgomp1"}]
    assert [(one["stage"], bool(one["version"])) for one in asked] == [("inference", True)] * 2
    listed = ["dpkg-query", "--show", "--showformat=${Package} ${Version}\\n", "file", "libgomp1"]
    said = lab.run(project.image, listed, entrypoint="").split("\n")
    assert {f"{one['name']} {one['version']}" for one in asked} <= set(said)
    expected = {"version": lock["python"]["version"], "prefix": "/opt/venv", "missing": 0, "uid": 1000, "tools": []}
    assert found == expected
    again = project.envc("lock")
    assert (again.returncode, project.lock) == (0, lock)
    anew = project.envc("lock", "--upgrade", "--dry-run")
    assert (anew.returncode, project.lock) == (0, lock), anew.stderr
    checked = project.envc("check", "--frozen")
    assert checked.returncode == 0, checked.stderr


def test_what_is_in_its_way_is_passed_by(lab: Lab, project: Project, tmp_path: Path) -> None:
    """Links to the base's own Python, variables that bend any, a folder at the environment's place, a user."""
    (tmp_path / "blocked").mkdir()
    base = f"{lab.registry}/library/debian:bookworm-slim"
    (tmp_path / "blocked" / "Dockerfile").write_text(_BLOCKED.format(base=base))
    image = f"{lab.repository('blocked')}:1"
    command = ["docker", "buildx", "build", "--quiet", "--push", "--tag", image, str(tmp_path / "blocked")]
    subprocess.run(command, env=dict(lab.environment), check=True, capture_output=True)
    found = built(lab, project, image)
    bending = ["PYTHONHOME", "PYTHONPATH"]
    everything = {"linked": True, "occupied": True, "conda": False, "variables": bending, "unprivileged": True}
    assert project.lock["obstacles"] == everything
    assert "it has Python 3.11." in project.lock["base"]["reason"]
    assert (found["prefix"], found["missing"], found["uid"]) == ("/opt/venv-beside", 0, 1000)
