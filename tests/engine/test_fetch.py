"""What is `fetched` is downloaded and checked before the container's own work, and wrong bytes stop the start."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, errors
from tests.engine.serving import served

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["served"]

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
