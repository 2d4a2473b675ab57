"""A page of links: locked, built from with no other index in sight, and refused when a wheel is another one now."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envc.resolvers.pip_tools import settings_of_this_machine
from envc.resolvers.pip_tools.environment import environment
from envc.resolvers.pip_tools.settings import clean_environment
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


def test_what_is_built_is_what_was_measured(lab: Lab, tmp_path: Path) -> None:
    gateway = lab.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    cache = tmp_path / "cache"
    environment(cache / "envc", settings_of_this_machine(), clean_environment(os.environ), lambda _: None)
    with Index(address=gateway) as default, Index(address=gateway) as page:
        default.add("addict", "2")
        default.add("mmcv", "99")
        page.add("mmcv", "2.1.0", "addict", tag="cp312-cp312-manylinux_2_28_x86_64", hashes={}, metadata_beside=False)
        page.add("addict", "99", hashes={}, metadata_beside=False)
        (tmp_path / "project" / "lockfiles").mkdir(parents=True)
        kept = {name: value for name, value in lab.environment.items() if not name.startswith("PIP_")}
        machine = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": default.url, "PIP_TRUSTED_HOST": gateway}
        project = Project(tmp_path / "project", "train", {**kept, "XDG_CACHE_HOME": str(cache), **machine})
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
