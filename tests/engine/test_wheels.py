"""Wheels of no index in a real build: one by its address, one of the project; both by their hash, vendored too."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project, empty_project, errors
from tests.engine.serving import gateway, served
from tests.index_server import metadata_of, wheel_of

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["gateway", "served"]

pytestmark = pytest.mark.engine


def make(path: Path, *requires: str) -> str:
    """Write a wheel and return its checksum."""
    own, version = path.name.split("-")[:2]
    content = wheel_of(own, version, "py3-none-any", metadata_of(own, version, requires, None))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return sha256(content).hexdigest()


@pytest.fixture
def project(lab: Lab, tmp_path: Path, served: tuple[Path, str]) -> Iterator[Project]:
    folder, address = served
    with empty_project(lab, tmp_path / "project", "wheels", PYTHONPATH=str(Path(__file__).parents[2])) as one:
        other = f"local-one<{secrets.randbelow(10**12) + 10}"  # bytes that no builder has in its cache
        digest = make(folder / "remote-1.0+cu12-py3-none-any.whl", "idna==3.10", other)
        make(one.folder / "wheels" / "local_one-2-py3-none-any.whl")
        one.program.write_text(
            f'env wheels <\n  python 3.12\n  labels session "{lab.session}"\n'
            f'  pip remote from wheel "{address}/remote-1.0%2Bcu12-py3-none-any.whl" sha256 "{digest}"\n'
            '  pip from "requirements.txt"\n>\n'
        )
        (one.folder / "requirements.txt").write_text("./wheels/local_one-2-py3-none-any.whl\n")
        yield one


_SEEN = """\
import importlib.metadata, json, idna, local_one, remote
print(json.dumps([remote.version, local_one.version, idna.__version__, importlib.metadata.version("remote")]))
"""


def seen(project: Project) -> list[str]:
    finished = project.envc("run", "--", "python", "-c", _SEEN)
    assert finished.returncode == 0, finished.stderr
    return list(json.loads(finished.stdout))


def test_the_image_has_the_wheels_and_what_they_ask_for(project: Project) -> None:
    project.build("--lock")
    assert seen(project) == ["1.0+cu12", "2", "3.10", "1.0+cu12"]
    make(project.folder / "wheels" / "local_one-2-py3-none-any.whl", "six")
    assert errors(project.envc("build")) == ["stale-lock"]


def test_other_bytes_than_the_lock_has_fail_the_build(project: Project, served: tuple[Path, str]) -> None:
    assert project.envc("lock").returncode == 0
    make(served[0] / "remote-1.0+cu12-py3-none-any.whl", "six")
    assert errors(project.envc("build")) == ["build-failed"]


def test_a_vendored_build_needs_no_address(project: Project, served: tuple[Path, str]) -> None:
    assert project.envc("lock").returncode == 0
    vendored = project.envc("vendor", "--to", "vendored")
    assert vendored.returncode == 0, vendored.stderr
    (served[0] / "remote-1.0+cu12-py3-none-any.whl").unlink()
    project.build("--from", "vendored")
    assert seen(project) == ["1.0+cu12", "2", "3.10", "1.0+cu12"]


def test_linters_find_nothing(project: Project) -> None:
    assert project.envc("lock").returncode == 0
    assert project.envc("compile").returncode == 0
    file = project.folder / "build" / "wheels" / "Dockerfile"
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or "hadolint"
    for command in (["docker", "build", "--check", "-f", str(file), str(project.folder)], [hadolint, str(file)]):
        environment = dict(project.environment)
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout + finished.stderr
