"""A page of links: locked, built from with no other index in sight, and refused when a wheel is another one now."""

from __future__ import annotations

import io
import json
import os
import secrets
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, errors
from tests.index_server import Index

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

PROGRAM = """\
env train <
  python 3.12
  pip mmcv
  index openmmlab "{address}" links for mmcv
  run "python" "-c" "import mmcv, addict; print(mmcv.version, addict.version)"
>
"""


def test_what_is_built_is_what_was_measured(lab: Lab, tmp_path: Path, resolver_cache: Path) -> None:
    gateway = lab.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    with Index(address=gateway) as default, Index(address=gateway) as page:
        default.add("addict", "2")
        default.add("mmcv", "99")
        page.add("mmcv", "2.1.0", "addict", tag="cp312-cp312-manylinux_2_28_x86_64", hashes={}, metadata_beside=False)
        page.add("addict", "99", hashes={}, metadata_beside=False)
        (tmp_path / "project" / "lockfiles").mkdir(parents=True)
        kept = {name: value for name, value in lab.environment.items() if not name.startswith("PIP_")}
        machine = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": default.url, "PIP_TRUSTED_HOST": gateway}
        project = Project(tmp_path / "project", "train", {**kept, "XDG_CACHE_HOME": str(resolver_cache), **machine})
        project.program.write_text(PROGRAM.format(address=page.links_url))
        try:
            built = project.envc("build", "--lock", "--engine", "docker", "--no-cache", "--json")
            assert built.returncode == 0, built.stderr
            project.images.update(json.loads(built.stdout)["image"]["tags"])
            ran = project.envc("run")
            assert (ran.returncode, ran.stdout) == (0, "2.1.0 2\n"), ran.stderr
            assert "simple/mmcv" not in default.requests

            page.pages.clear()
            page.add("mmcv", "2.1.0", tag="cp312-cp312-manylinux_2_28_x86_64", hashes={}, metadata_beside=False)
            again = project.envc("build", "--engine", "docker", "--no-cache")
            assert (again.returncode, errors(again)) == (3, ["build-failed"]), again.stderr
            assert "DO NOT MATCH THE HASHES" in again.stderr
        finally:
            for image in project.images:
                lab.docker.images.remove(image, force=True)


BUILT = """\
env train <
  python 3.12
  secret token as CORP_TOKEN build
  pip ranker from source
  index corp "{address}" links secret token user ada for ranker ranker-build
  run "python" "-c" "import ranker; print(ranker.built_by)"
>
"""

BACKEND = """\
import zipfile
import ranker_build, plain_build

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "ranker-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("ranker.py", f"built_by = '{ranker_build.version} {plain_build.version}'")
        wheel.writestr("ranker-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: ranker\\nVersion: 1.0\\n")
        wheel.writestr("ranker-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n")
        wheel.writestr("ranker-1.0.dist-info/RECORD", "")
    return name
"""
PYPROJECT = """\
[build-system]
requires = ["ranker-build", "plain-build"]
build-backend = "backend"
backend-path = ["."]
[project]
name = "ranker"
version = "1.0"
"""


def test_a_package_is_built_of_an_archive_and_tools_of_a_page_with_a_login(
    lab: Lab, tmp_path: Path, resolver_cache: Path
) -> None:
    """The page is asked by nothing else: no package of the environment is on it."""
    gateway = lab.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    password = secrets.token_hex(8)
    with Index(address=gateway) as default, Index(address=gateway, credentials=("ada", password)) as page:
        default.add("plain-build", "2")
        default.add("ranker-build", "99")
        page.add("ranker-build", "1", hashes={}, metadata_beside=False)
        page.add_archive("ranker", "1.0", packed({"pyproject.toml": PYPROJECT, "backend.py": BACKEND}), hashes={})
        (tmp_path / "project" / "lockfiles").mkdir(parents=True)
        kept = {name: value for name, value in lab.environment.items() if not name.startswith("PIP_")}
        machine = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": default.url, "PIP_TRUSTED_HOST": gateway}
        given = {"XDG_CACHE_HOME": str(resolver_cache), "CORP_TOKEN": password}
        project = Project(tmp_path / "project", "train", {**kept, **given, **machine})
        project.program.write_text(BUILT.format(address=page.links_url))
        try:
            built = project.envc("build", "--lock", "--engine", "docker", "--no-cache", "--json")
            assert built.returncode == 0, built.stderr
            project.images.update(json.loads(built.stdout)["image"]["tags"])
            assert "unused-index" not in built.stderr
            ran = project.envc("run")
            assert (ran.returncode, ran.stdout) == (0, "1 2\n"), ran.stderr
            assert "simple/ranker-build" not in default.requests
        finally:
            for image in project.images:
                lab.docker.images.remove(image, force=True)


def packed(files: dict[str, str]) -> bytes:
    """Return a source archive of `ranker` 1.0."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"ranker-1.0/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return content.getvalue()
