"""What is `fetched` is downloaded and checked before the container's own work, and wrong bytes stop the start."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, errors
from tests.engine.serving import gateway, served
from tests.unit.resolvers.hub_server import HubServer

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["gateway", "served"]

pytestmark = pytest.mark.engine

_PROGRAM = """\
env fetching <
  python 3.12
  weights v1 of {name} from "{address}" sha256 "{sha256}" fetched at "/models"
  run "python" "-c" "import os; print(os.path.getsize('/models/model.bin'), os.access('/models', os.W_OK))"
>
"""


def test_right_bytes_are_there_and_wrong_ones_stop_the_start(
    lab: Lab, served: tuple[Path, str], tmp_path: Path
) -> None:
    """The program sees the file, and cannot write to it; after the publisher has changed it nothing starts."""
    folder, address = served
    content = os.urandom(70_000)
    (folder / "model.bin").write_bytes(content)
    name = f"m{lab.session}".lower().replace("_", "-")
    project = Project(tmp_path / "project", "fetching", lab.environment)
    (project.folder / "lockfiles").mkdir(parents=True)
    program = _PROGRAM.format(name=name, address=f"{address}/model.bin", sha256=hashlib.sha256(content).hexdigest())
    project.program.write_text(program)
    volume = f"{name}._v1"
    try:
        project.build("--lock")
        first = project.envc("run")
        assert (first.returncode, first.stdout) == (0, "70000 False\n"), first.stderr
        again = project.envc("run")
        assert again.returncode == 0, again.stderr
        lab.docker.volumes.get(volume).remove()
        (folder / "model.bin").write_bytes(content + b"x")
        changed = project.envc("run")
        assert (changed.returncode, changed.stdout, errors(changed)) == (3, "", ["fetch-failed"])
        assert "other bytes" in changed.stderr
    finally:
        lab.docker.volumes.get(volume).remove(force=True)
        for image in project.images:
            lab.docker.images.remove(image, force=True)


_HUB = """\
env fetching <
  python 3.12
  weights v1 of {name} from "hf://acme/tiny@main" fetched at "/models"
  set HF_ENDPOINT "{endpoint}"
  secret hub as HF_TOKEN
  run "python" "-c" "import os; print(sorted(os.listdir('/models')), os.path.getsize('/models/model.bin'))"
>
"""


def test_a_private_repository_of_the_hub_is_fetched_by_two_containers_at_once(
    lab: Lab, gateway: str, tmp_path: Path
) -> None:
    """At the commit that was locked, with the token of a secret, into one volume; and only the Hub sees the token."""
    name = f"h{lab.session}".lower().replace("_", "-")
    project = Project(tmp_path / "project", "fetching", lab.environment)
    (project.folder / "lockfiles").mkdir(parents=True)
    with HubServer(gateway) as hub:
        repository = hub.repository()
        commit = repository.commit("main", {"model.bin": os.urandom(70_000), "deep/config.json": b"{}"})
        repository.private = True
        project.program.write_text(_HUB.format(name=name, endpoint=hub.address))
        seen = {"HF_ENDPOINT": hub.address, "HF_TOKEN": hub.token, "NO_PROXY": gateway, "no_proxy": gateway}
        try:
            locked = project.envc("lock", **seen)
            assert locked.returncode == 0, locked.stderr
            assert project.lock["artifacts"][0]["revision"] == commit
            repository.commit("main", {"model.bin": b"moved on"})
            project.build()
            hub.seen.clear()
            with project.started("run", **seen) as one, project.started("run", **seen) as two:
                said = [process.communicate(timeout=120) for process in (one, two)]
            assert [out for out, _ in said] == ["['deep', 'model.bin'] 70000\n"] * 2, said
            assert f"/acme/tiny/resolve/{commit}/model.bin" in {path for path, _ in hub.seen}
            assert not any(hub.token in text for pair in said for text in pair)
        finally:
            lab.docker.volumes.get(f"{name}._v1").remove(force=True)
            for image in project.images:
                lab.docker.images.remove(image, force=True)
