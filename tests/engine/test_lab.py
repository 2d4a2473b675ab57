"""The lab itself: the images that envc builds on are there, and what a test makes is gone afterwards."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

PYTHON = "python:3.12-slim-bookworm"


@pytest.mark.parametrize("minor", ["3.10", "3.11", "3.12", "3.13"])
def test_a_python_image_has_the_python_of_its_name(lab: Lab, minor: str) -> None:
    script = "import ssl, sqlite3, sys; print(*sys.version_info[:2], sep='.')"
    assert lab.run(f"python:{minor}-slim-bookworm", ["python3", "-c", script]).strip() == minor


@pytest.mark.parametrize("flavour", ["base", "runtime", "devel"])
def test_a_cuda_image_has_the_runtime_library_of_its_name(lab: Lab, flavour: str) -> None:
    command = ["sh", "-c", "ls /usr/local/cuda/lib64 && echo $CUDA_VERSION"]
    listing = lab.run(f"nvidia/cuda:11.8.0-{flavour}-ubuntu22.04", command).split()
    assert "libcudart.so.11.0" in listing
    assert listing[-1] == "11.8.0"


def test_a_subprocess_finds_the_engine_and_builds(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {PYTHON}\nENV GREETING=hello\n")
    tag = lab.tag("greeting")
    subprocess.run(
        ["docker", "build", "-q", "-t", tag, tmp_path], env=lab.environment, check=True, stdout=subprocess.PIPE
    )
    assert lab.run(tag, ["sh", "-c", "echo $GREETING"]) == "hello\n"


def test_cleaning_removes_what_a_session_made_and_nothing_else(lab: Lab, tmp_path: Path) -> None:
    mine = dataclasses.replace(lab, session=f"{lab.session}-cleaning", pushed=set())
    kept = lab.start(PYTHON, ["sleep", "60"], init=True)

    (tmp_path / "Dockerfile").write_text(f"FROM {PYTHON}\nENV PURPOSE=cleaning\n")
    pushed = f"{mine.repository('cleaning')}:test"
    subprocess.run(
        ["docker", "build", "-q", "-t", mine.tag("cleaning"), "-t", pushed, tmp_path],
        env=mine.environment,
        check=True,
        stdout=subprocess.PIPE,
    )
    subprocess.run(["docker", "push", "-q", pushed], env=mine.environment, check=True, stdout=subprocess.PIPE)
    labelled = mine.start(PYTHON, ["sleep", "60"], init=True)
    unlabelled = lab.docker.containers.run(mine.tag("cleaning"), ["sleep", "60"], detach=True, init=True)
    volume = mine.volume("cleaning")
    tags = f"http://{lab.registry}/v2/envc-test-{mine.session}/cleaning/tags/list"
    assert requests.get(tags, timeout=10).json()["tags"] == ["test"]

    mine.clean()

    containers = {one["Id"] for one in lab.docker.api.containers(all=True)}
    assert not containers & {labelled.id, unlabelled.id}
    assert kept.id in containers
    assert volume.id not in {one.id for one in lab.docker.volumes.list()}
    assert not [tag for tag in lab.tags() if mine.session in tag]
    assert not requests.get(tags, timeout=10).json().get("tags")
