"""Families whose builds lie on the default index behind an extra, and builds for ROCm."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report
from envc.lock.accelerator import choose_builds
from envc.lock.files import LockedFiles
from tests.unit.lock.world import LIBRARY, PLATFORM, Packages, choose, environment, world

VERSIONS = {
    "jax": ["0.6.2", "0.12.0"],
    "tensorflow": ["2.19.1", "2.21.0"],
    "torch": ["2.9.1+rocm6.4"],
    "numpy": ["2.1.0"],
}


def asked(clauses: str) -> tuple[list[tuple[str, str | None]], LockedFiles]:
    packages = Packages(VERSIONS)
    locked = choose(environment(f"env train < python 3.12; {clauses} >"), PLATFORM, world(packages))
    return [(one.text, one.index_name) for one in packages.requests[-1].requirements], locked


@pytest.mark.parametrize(
    ("clauses", "requirement"),
    [
        ("ml jax", "jax"),
        ("cpu; ml jax", "jax"),
        ("gpu cuda 12.6; ml jax 0.6 pinned", "jax[cuda12]==0.6.*"),
        ("gpu cuda 13.0; ml jax", "jax[cuda13]"),
        ("gpu; ml jax", "jax[cuda13]"),
        ("gpu; ml jax 0.6", "jax[cuda12]==0.6.*"),
        ("gpu cuda 12.1 h100; ml jax[k8s]", "jax[cuda12,k8s]"),
        ("gpu cuda 12.6; pip jax", "jax"),
        ("gpu cuda 13.0; ml jax[cuda12]", "jax[cuda12]"),
        ("ml tensorflow 2.19", "tensorflow==2.19.*"),
        ("gpu cuda 12.6; ml tensorflow 2.19", "tensorflow[and-cuda]==2.19.*"),
        ("gpu cuda 12.5 exact; ml tensorflow", "tensorflow[and-cuda]"),
        ("gpu cuda 12.6 optional; ml tensorflow", "tensorflow[and-cuda]"),
    ],
)
def test_the_extra_follows_from_the_accelerator(clauses: str, requirement: str) -> None:
    requirements, _ = asked(clauses)
    assert requirements == [(requirement, None)]


def test_what_comes_from_the_default_index_is_routed_nowhere() -> None:
    requirements, locked = asked("gpu cuda 12.6; ml jax numpy")
    assert requirements == [("jax[cuda12]", None), ("numpy", None)]
    assert locked.lock.indexes == (None,)


@pytest.mark.parametrize(
    ("clauses", "build", "driver", "reason"),
    [
        ("gpu cuda 12.6; ml jax", "12", "525.60.13", "jax for CUDA 12, which a driver for CUDA 12.6 runs"),
        ("gpu cuda 13.0; ml jax", "13", "580.65.06", "jax for CUDA 13, as asked"),
        (
            "gpu cuda 12.8; ml tensorflow",
            "12.5",
            "525.60.13",
            "tensorflow for CUDA 12.5 and cuDNN 9.3, which a driver for CUDA 12.8 runs",
        ),
    ],
)
def test_the_lock_says_what_the_machines_need(clauses: str, build: str, driver: str, reason: str) -> None:
    _, locked = asked(clauses)
    accelerator = locked.lock.accelerator
    assert accelerator is not None
    assert (accelerator.build, accelerator.driver, accelerator.reason) == (build, driver, reason)


@pytest.mark.parametrize(
    ("clauses", "edit"),
    [
        ("gpu cuda 11.8; ml jax", ("11.8", "12.0")),
        ("gpu cuda 12.6 exact; ml jax", (" exact", "")),
        ("gpu cuda 13.0; ml tensorflow", ("13.0", "12.5")),
        ("gpu cuda 11.8; ml tensorflow 2.19", ("11.8", "12.2")),
        ("gpu rocm 6.4; ml jax", None),
        ("gpu rocm 6.0; ml torch", ("6.0", "6.1")),
        ("gpu rocm 6.2; ml torch 2.9", ("6.2", "6.4")),
    ],
)
def test_what_there_is_no_build_for_is_refused_with_edits_that_have_one(
    clauses: str, edit: tuple[str, str] | None
) -> None:
    text = f"env train < python 3.12; {clauses} >"
    with pytest.raises(Report) as caught:
        choose_builds(environment(text), LIBRARY)
    (mistake,) = caught.value.diagnostics
    assert mistake.name == "no-compatible-build"
    assert (edit is None) or edit in [(fix.span.text, fix.replacement) for fix in mistake.fixes]
    for fix in mistake.fixes:
        assert choose_builds(environment(text[: fix.span.start] + fix.replacement + text[fix.span.end :]), LIBRARY)


def test_rocm_takes_its_own_index_and_triton_with_it() -> None:
    packages = Packages(VERSIONS)
    text = "env train < python 3.12; gpu rocm 6.4 architectures gfx942; ml torch; pip numpy >"
    locked = choose(environment(text), PLATFORM, world(packages))
    routes = dict(packages.requests[-1].routes)
    assert {name for name, index in routes.items() if index == "pytorch-rocm6.4"} == {
        "torch",
        "torchvision",
        "torchaudio",
        "pytorch-triton-rocm",
        "triton-rocm",
    }
    accelerator = locked.lock.accelerator
    assert accelerator is not None
    assert (accelerator.rocm, accelerator.cuda, accelerator.build, accelerator.driver) == ("6.4", None, None, None)


def test_a_minor_of_rocm_takes_its_newest_patch() -> None:
    (choice,) = choose_builds(environment("env train < python 3.12; gpu rocm 6.2; ml torch >"), LIBRARY)
    assert (choice.index_name, choice.rocm) == ("pytorch-rocm6.2.4", "6.2.4")


def test_a_lock_for_nvidias_gpus_knows_no_rocm() -> None:
    _, locked = asked("gpu cuda 12.6; ml jax")
    assert "rocm" not in locked.lock.model_dump()["accelerator"]
