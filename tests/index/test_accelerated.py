"""JAX and TensorFlow from the index that pip on this machine uses: metadata alone, no wheel is downloaded whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.lock.model import Lock
from envc.resolvers.pip_tools import PipTools, settings_of_this_machine
from envc.resolvers.uv import Uv
from tests.unit.lock.world import PLATFORM, choose, environment, world

pytestmark = pytest.mark.index


def lock(cache: Path, clauses: str, resolver: type[PipTools | Uv] = PipTools) -> Lock:
    asked = environment(f"env train < python 3.12; {clauses} >")
    real = resolver(cache, settings_of_this_machine(), 240.0, lambda _: None)
    return choose(asked, PLATFORM, world()._replace(resolver=real)).lock


def versions(locked: Lock) -> dict[str, str]:
    return {package.name: package.version for package in locked.packages}


@pytest.mark.parametrize("resolver", [PipTools, Uv])
def test_jax_under_cuda_12_brings_its_plug_in_and_the_libraries(cache: Path, resolver: type[PipTools | Uv]) -> None:
    locked = lock(cache, "gpu cuda 12.6; ml jax 0.6 pinned", resolver)
    found = versions(locked)
    assert {name: version for name, version in found.items() if name.startswith("jax")} == {
        "jax": "0.6.2",
        "jaxlib": "0.6.2",
        "jax-cuda12-pjrt": "0.6.2",
        "jax-cuda12-plugin": "0.6.2",
    }
    assert {"nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu12", "nvidia-nccl-cu12"} < set(found)
    assert found["nvidia-cuda-runtime-cu12"].startswith("12.")
    assert locked.indexes == (None,)
    assert locked.accelerator is not None
    assert (locked.accelerator.build, locked.accelerator.driver) == ("12", "525.60.13")


def test_jax_under_cuda_13_brings_the_other_plug_in(cache: Path) -> None:
    found = versions(lock(cache, "gpu cuda 13.0; ml jax 0.9"))
    assert found["jax-cuda13-plugin"] == found["jax"] == "0.9.2"
    assert found["nvidia-cuda-runtime"].startswith("13.")
    assert not [name for name in found if name.endswith("-cu12")]


def test_jax_without_a_gpu_brings_nothing_of_cuda(cache: Path) -> None:
    found = versions(lock(cache, "ml jax 0.6"))
    assert set(found) == {"jax", "jaxlib", "ml-dtypes", "numpy", "opt-einsum", "scipy"}


def test_tensorflow_brings_the_cuda_that_the_library_says(cache: Path) -> None:
    locked = lock(cache, "gpu cuda 12.6; ml tensorflow 2.19")
    found = versions(locked)
    assert found["tensorflow"] == "2.19.1"
    assert found["nvidia-cuda-runtime-cu12"] == "12.5.82"
    assert found["nvidia-cudnn-cu12"] == "9.3.0.75"
    assert locked.accelerator is not None
    assert locked.accelerator.reason == "tensorflow for CUDA 12.5 and cuDNN 9.3, which a driver for CUDA 12.6 runs"


def test_tensorflow_without_a_gpu_brings_nothing_of_cuda(cache: Path) -> None:
    found = versions(lock(cache, "ml tensorflow 2.19"))
    assert found["tensorflow"] == "2.19.1"
    assert not [name for name in found if name.startswith("nvidia")]
