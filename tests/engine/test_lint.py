"""BuildKit's own checks find nothing in what the examples compile to."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.examples.dockerfiles import DOCKERFILES

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

#: The committed locks name the real images by digest; the checks need only that there is an image.
STAND_INS = {
    "docker.io/library/python": "python:3.12-slim-bookworm",
    "docker.io/nvidia/cuda": "nvidia/cuda:11.8.0-runtime-ubuntu22.04",
    "nvcr.io/nvidia/pytorch": "debian:bookworm-slim",
}


def checked(lab: Lab, folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "Dockerfile").write_text(text)
    command = ["docker", "build", "--check", "."]
    return subprocess.run(command, cwd=folder, env=dict(lab.environment), capture_output=True, text=True, check=False)


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_buildkit_finds_nothing(lab: Lab, tmp_path: Path, dockerfile: Path) -> None:
    """No warning, whatever the rule."""
    text = re.sub(
        r"^FROM ([a-z]+\.io/[a-z/]+):\S+ AS",
        lambda found: f"FROM {STAND_INS[found[1]]} AS",
        dockerfile.read_text(),
        flags=re.MULTILINE,
    )
    assert "@sha256" not in text
    finished = checked(lab, tmp_path, text)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "no warnings found" in finished.stdout + finished.stderr


def test_buildkit_would_find_something(lab: Lab, tmp_path: Path) -> None:
    """The check that passes above can fail."""
    finished = checked(lab, tmp_path, "FROM python:3.12-slim-bookworm as one\nMAINTAINER me\nCMD python\n")
    assert finished.returncode != 0
