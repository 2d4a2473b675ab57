"""Examples with packages built for an accelerator, or for none: they are imported, and compute what they can."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import copied, remove_images
from tests.engine.serving import gateway, served
from tests.engine.torch_builds import downloaded, publish

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["gateway", "served"]

pytestmark = pytest.mark.engine

#: What examples/vision/README.md promises.
_EDGES = """\
opencv 5.0.0, torch 2.13.0+cpu
edge pixels 1591
checksum 2fd9cc8fed779eddc9f4a18f7455ec76f378675086b8eea0fd0cce9e79c37e3c
"""
_WITHOUT_CUDA = """\
import importlib.metadata as m, torch
print(torch.version.cuda, *sorted(d.name for d in m.distributions() if d.name.startswith("nvidia")))
"""
_OF_THE_SYSTEM = """\
import circle, cupy
print(cupy.__version__, cupy.cuda.get_local_runtime_version())
try:
    circle.estimate(10)
except cupy.cuda.runtime.CUDARuntimeError as error:
    print(str(error).partition(":")[0])
"""


def test_a_drawing_is_filtered_without_a_gpu(lab: Lab, tmp_path: Path, served: tuple[Path, str], gateway: str) -> None:
    """OpenCV finds the libraries that it links, torch is its build for processors, and the numbers are the README's."""
    folder, address = served
    publish(folder, downloaded(tmp_path / "wheels", "torch", "2.13.0+cpu", "3.11"))
    index = {"ENVC_INDEX_PYTORCH_CPU": f"{address}/simple/", "PIP_TRUSTED_HOST": gateway}
    project = copied(lab, "vision", tmp_path / "vision", **index)
    project.patience = 1200
    try:
        project.build("--lock")
        assert project.lock["packages"]["torch"]["index"] == "pytorch-cpu"
        finished = project.envc("run")
        assert (finished.returncode, finished.stdout) == (0, _EDGES), finished.stderr
        build = project.envc("run", "--", "python", "-c", _WITHOUT_CUDA)
        assert (build.returncode, build.stdout) == (0, "None\n"), build.stderr
    finally:
        remove_images(project)


def test_a_package_that_links_the_cuda_of_the_system_finds_it(lab: Lab, tmp_path: Path) -> None:
    """CuPy takes the runtime of NVIDIA's image, and its program comes as far as the driver that is not here."""
    project = copied(lab, "cupy", tmp_path / "cupy")
    project.patience = 1200
    try:
        project.build("--lock")
        assert project.lock["base"]["tag"].startswith("12.8.1-runtime-")
        seen = project.envc("run", "--no-gpu", "--", "python", "-c", _OF_THE_SYSTEM)
        assert seen.returncode == 0, seen.stderr
        assert seen.stdout.split() == ["13.6.0", "12080", "cudaErrorInsufficientDriver"]
    finally:
        remove_images(project)
