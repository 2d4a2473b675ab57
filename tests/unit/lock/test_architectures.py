"""The GPUs that a program names, against what the library knows of builds."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report
from envc.knowledge.gpus import Kernels, runs_on
from envc.language.facets import Accelerator
from envc.plan.hash import hash_of
from envc.targets.dockerfile import emit
from tests.unit.lock.world import LIBRARY, PLATFORM, Packages, choose, environment, world
from tests.unit.plan.planning import plan

PROGRAM = "env train < python 3.12; gpu cuda 12.6 architectures {}; ml torch 2.6 >"


def lock(architectures: str, version: str = "2.6.0+cu126") -> None:
    choose(environment(PROGRAM.format(architectures)), PLATFORM, world(Packages({"torch": [version]})))


def test_a_gpu_without_kernels_is_refused_at_its_own_place() -> None:
    with pytest.raises(Report) as caught:
        lock("9.0 12.0")
    (mistake,) = caught.value.diagnostics
    assert mistake.name == "no-kernels"
    assert mistake.labels[0].span.text == "12.0"
    assert "torch 2.7.0 built for CUDA 12.8 is the first that has them" in mistake.notes


def test_gpus_with_kernels_are_fine() -> None:
    lock("8.0 8.9 9.0a")


@pytest.mark.parametrize(
    ("architecture", "runs"),
    [("8.0", True), ("8.6", True), ("8.9", True), ("7.0", False), ("7.5", True), ("9.0", False), ("12.1", True)],
)
def test_a_gpu_runs_kernels_of_its_own_major_and_older_ptx(architecture: str, runs: bool) -> None:
    kernels = next(iter(LIBRARY.page("gpus.env").all(Kernels)))
    known = kernels.model_copy(update={"capabilities": ("7.5", "8.0", "8.6"), "ptx": ("10.0",)})
    assert runs_on(architecture, known) is runs


def test_compilers_are_told() -> None:
    """In the order of the program, once each."""
    text = "env train < python 3.12; gpu architectures 8.0 9.0a 8.0 >"
    accelerator = environment(text).one(Accelerator)
    assert accelerator is not None
    assert accelerator.architectures == ("8.0", "9.0a")
    planned = plan(text)
    assert planned.stages.builder_variables == (("TORCH_CUDA_ARCH_LIST", "8.0;9.0a"),)
    dockerfile = emit(planned, hash_of(planned))["Dockerfile"]
    builder, _, inference = dockerfile.partition(" AS inference")
    assert 'ENV TORCH_CUDA_ARCH_LIST="8.0;9.0a"' in builder
    assert "TORCH_CUDA_ARCH_LIST" not in inference
