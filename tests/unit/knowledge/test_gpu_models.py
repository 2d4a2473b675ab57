"""GPUs by the names that people write."""

from __future__ import annotations

import re

import pytest

from envc.knowledge import Library
from envc.knowledge.gpu_models import GpuModels, models_of
from envc.knowledge.gpus import Kernels, runs_on

LIBRARY = Library()
GIB = 2**30


@pytest.fixture(scope="module")
def models() -> GpuModels:
    return models_of(LIBRARY)


@pytest.mark.parametrize(
    ("written", "name", "architecture", "memory"),
    [
        ("RTX 4090", "RTX 4090", "8.9", 24),
        ("rtx4090", "RTX 4090", "8.9", 24),
        ("NVIDIA GeForce RTX 4090", "RTX 4090", "8.9", 24),
        ("rtx-5090", "RTX 5090", "12.0", None),
        ("h100", "H100", "9.0", None),  # sold with 80 and with 94
        ("H100 SXM5 80GB", "H100 80GB", "9.0", 80),
        ("A100", "A100", "8.0", None),
        ("A100 80GB", "A100 80GB", "8.0", 80),
        ("a100-sxm4-40gb", "A100 40GB", "8.0", 40),
        ("Tesla T4", "T4", "7.5", 16),
        ("a6000", "RTX A6000", "8.6", 48),
        ("sm_90", "sm_90", "9.0", None),
        ("sm_90a", "sm_90a", "9.0a", None),
        ("sm_120", "sm_120", "12.0", None),
        ("compute_86", "compute_86", "8.6", None),
        ("MI300X", "MI300X", "gfx942", 192),
        ("AMD Instinct MI250X", "MI250X", "gfx90a", 128),
        ("Radeon RX 7900 XTX", "RX 7900 XTX", "gfx1100", None),
        ("gfx942", "gfx942", "gfx942", None),
    ],
)
def test_a_name_is_read_as_people_write_it(
    models: GpuModels, written: str, name: str, architecture: str, memory: int | None
) -> None:
    found = models.find(written)
    assert found is not None
    assert (found.name, found.architecture) == (name, architecture)
    assert found.memory == (None if memory is None else memory * GIB)


@pytest.mark.parametrize("written", ["rtx5900", "A100 60GB", "a100 080GB", "12.6", "", "sm_", "gfx", "nvidia", "80GB"])
def test_other_texts_name_no_gpu(models: GpuModels, written: str) -> None:
    assert models.find(written) is None


def test_the_nearest_names_are_those_of_another_memory_or_of_near_spelling(models: GpuModels) -> None:
    assert models.nearest("A100 60GB") == ("A100 40GB", "A100 80GB")
    assert models.nearest("rtx4900")[0] == "RTX 4090"
    assert models.nearest("voodoo") == ()


def test_every_name_finds_its_own_model(models: GpuModels) -> None:
    """No two models share a name when it is read, and none hides another."""
    for model in models.models:
        for name in model.names:
            found = models.find(name)
            assert found is not None
            assert found.architecture == model.architecture
            assert found.name == model.name


def test_every_architecture_of_a_model_is_one_that_compilers_know(models: GpuModels) -> None:
    for model in models.models:
        assert re.fullmatch(r"\d{1,2}\.\d|gfx\d{2,3}[\da-f]", model.architecture)


def test_the_first_cuda_of_an_architecture(models: GpuModels) -> None:
    known = {name: models.first_cuda(name) for name in ("12.0", "9.0a", "8.0", "10.3")}
    assert {name: one.cuda if one else None for name, one in known.items()} == {
        "12.0": "12.8",
        "9.0a": "11.8",
        "8.0": "11.0",
        "10.3": None,
    }


@pytest.mark.parametrize(("target", "runs"), [("gfx942", True), ("gfx90a", True), ("gfx1031", False), ("9.0", False)])
def test_an_amd_gpu_runs_what_was_compiled_for_it_alone(target: str, runs: bool) -> None:
    kernels = LIBRARY.kernels("torch", "2.9.1", None, "6.4")
    assert isinstance(kernels, Kernels)
    assert runs_on(target, kernels) is runs
