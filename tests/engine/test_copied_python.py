"""A base without Python gets the official one, and it works there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project

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
