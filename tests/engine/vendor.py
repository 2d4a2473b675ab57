"""The stand-in of a vendor's image, built and pushed; and the way of an image into a registry of another name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.conftest import MANIFESTS
from tests.unit.resolvers.registry_server import LoopbackRegistry

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

_STANDIN = Path(__file__).parents[1] / "lab" / "standin"


def push(lab: Lab, name: str, folder: Path, *words: str) -> str:
    """Build an image in the lab and push it; return its name."""
    image = f"{lab.repository(name)}:25.04-py3"
    command = ["docker", "buildx", "build", "--quiet", "--push", "--tag", image, *words, str(folder)]
    subprocess.run(command, env=dict(lab.environment), check=True, capture_output=True)
    return image


def make_wheels(folder: Path) -> None:
    """Make the wheels of the vendor's own builds."""
    subprocess.run([sys.executable, _STANDIN / "vendor_wheels.py", folder], check=True)


@pytest.fixture(scope="module")
def vendor(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The stand-in of a vendor's image, of several layers, one of which takes a package away."""
    folder: Path = tmp_path_factory.mktemp("vendor")
    shutil.copy(_STANDIN / "vendor.Dockerfile", folder / "Dockerfile")
    make_wheels(folder / "wheels")
    return push(lab, "vendor", folder, "--build-arg", f"BASE={lab.registry}/library/debian:bookworm-slim")


def copy_image(lab: Lab, image: str, registry: LoopbackRegistry) -> None:
    """Put an image of the lab's registry into another one, under its tag."""
    import requests

    repository, _, tag = image.removeprefix(f"{lab.registry}/").rpartition(":")
    address = f"http://{lab.registry}/v2/{repository}"

    def copy(kind: str, reference: str, media: str) -> dict[str, Any]:
        answer = requests.get(f"{address}/{kind}/{reference}", headers={"Accept": ", ".join(MANIFESTS)}, timeout=60)
        answer.raise_for_status()
        if kind == "manifests":
            media, document = answer.headers["Content-Type"], answer.json()
            for one in document.get("manifests", ()):
                copy("manifests", one["digest"], one["mediaType"])
            for one in (*document.get("layers", ()), *([document["config"]] if "config" in document else ())):
                copy("blobs", one["digest"], one["mediaType"])
        return registry.put(kind, answer.content, media)

    registry.tags[tag] = copy("manifests", tag, "")["digest"]
