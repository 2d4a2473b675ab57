"""What locking warns of, and what it does not."""

from __future__ import annotations

import pytest

from envc.compile import understand
from envc.diagnostics import Diagnostic, Source
from envc.knowledge.library import Library
from envc.lock.doubts import doubts, doubts_of_builds
from envc.lock.model import LockedPackage
from envc.lock.python import end_of_python
from tests.unit.lock.world import PLATFORM, Packages, choose, environment, world

LIBRARY = Library()


def warnings(block: str) -> list[Diagnostic]:
    asked = understand(Source("train.env", f"env train < {block} >")).environments[0]
    return [*end_of_python(asked, LIBRARY), *doubts(asked, LIBRARY)]


@pytest.mark.parametrize(
    "block",
    [
        "python 3.12; gpu cuda 12.6; ml torch",
        "python 3.12; gpu cuda 12.6; pip numpy",
        "python 3.12; gpu optional; ml torch",
        "python 3.12; pip torch",
    ],
)
def test_nothing_is_doubtful(block: str) -> None:
    """A known Python, a known CUDA, and builds that follow it."""
    assert warnings(block) == []


def test_a_cuda_that_was_never_released() -> None:
    """It is a warning: the release may be newer than the library."""
    (found,) = warnings("python 3.12; gpu cuda 99.9; pip numpy")
    assert (found.name, found.severity, found.labels[0].span.text) == ("unknown-cuda", "warning", "99.9")


def test_torch_by_pip_does_not_follow_the_accelerator() -> None:
    """Both positions are shown, and the word that follows it."""
    (found,) = warnings("python 3.12; gpu cuda 12.6; pip < numpy; torchvision >")
    assert (found.name, found.severity) == ("build-without-accelerator", "warning")
    assert [label.span.text for label in found.labels] == ["torchvision", "gpu cuda 12.6"]
    assert "ml torchvision" in found.helps[0]


@pytest.mark.parametrize(("version", "text"), [("3.10", "came in 2026-10"), ("3.11", "come in 2027-10")])
def test_a_python_near_its_end(version: str, text: str) -> None:
    """Within a year of the end, and after it."""
    (found,) = warnings(f"python {version}")
    assert (found.name, found.severity) == ("python-near-its-end", "warning")
    assert text in found.message


def of_builds(block: str, *packages: str, version: str = "1") -> list[Diagnostic]:
    versions = {name: ["1.0"] for name in ("flax", "jax", "numpy", "torch", "vllm")}
    asked = environment(f"env train < python 3.12; {block} >")
    lock = choose(asked, PLATFORM, world(Packages(versions))).lock
    more = tuple(
        LockedPackage(name=one, version=version, index=None, requires=(), wheel=None, size=None) for one in packages
    )
    needing = tuple(one.model_copy(update={"requires": packages}) for one in lock.packages)
    return list(doubts_of_builds(asked, lock.model_copy(update={"packages": needing + more}), LIBRARY))


def test_jax_that_only_others_ask_for_computes_on_the_processor() -> None:
    (found,) = of_builds("gpu cuda 12.6; pip flax", "jax")
    assert (found.name, found.severity) == ("build-without-accelerator", "warning")
    assert [label.span.text for label in found.labels] == ["flax", "gpu cuda 12.6"]


@pytest.mark.parametrize(
    ("block", "along"),
    [
        ("pip flax", ("jax",)),
        ("gpu cuda 12.6 optional; pip flax", ("jax",)),
        ("gpu cuda 12.6; ml jax; pip flax", ()),
        ("gpu cuda 12.6; pip flax", ("numpy",)),
    ],
)
def test_others_do_not(block: str, along: tuple[str, ...]) -> None:
    assert of_builds(block, *along) == []


@pytest.mark.parametrize(("gpu", "text"), [("cuda 11.8", "for CUDA 11.8"), ("rocm 6.4", "AMD's")])
def test_torch_that_only_others_ask_for_may_want_another_driver(gpu: str, text: str) -> None:
    (found,) = of_builds(f"gpu {gpu}; pip vllm", "torch", version="2.8.0")
    assert (found.name, found.severity) == ("build-without-accelerator", "warning")
    assert "2.8.0 of the default index is built for CUDA 12.8" in found.message
    assert text in found.message
    assert found.labels[0].span.text == "vllm"


@pytest.mark.parametrize(
    ("gpu", "version"), [("cuda 12.1", "2.8.0"), ("cuda 13.0", "2.8.0"), ("cuda 11.8", "1.0"), ("optional", "2.8.0")]
)
def test_torch_that_drivers_run_is_no_doubt(gpu: str, version: str) -> None:
    assert of_builds(f"gpu {gpu}; pip vllm", "torch", version=version) == []


def test_an_extra_that_brings_cuda_is_no_doubt() -> None:
    assert warnings("python 3.12; gpu cuda 12.6; pip jax[cuda12]") == []
    assert [one.name for one in warnings("python 3.12; gpu cuda 12.6; pip jax")] == ["build-without-accelerator"]


def test_packages_of_a_cuda_that_no_driver_runs() -> None:
    """Their makers write it into the name: xgboost 3.4 of the default index came with nvidia-nccl-cu13."""
    (found,) = of_builds("gpu cuda 12.9; pip numpy", "nvidia-nccl-cu13", "nvidia-cublas-cu13")
    assert (found.name, found.severity) == ("build-without-accelerator", "warning")
    assert found.message == "`numpy` comes with packages for CUDA 13, which no driver for CUDA 12.9 runs"
    assert [label.span.text for label in found.labels] == ["numpy", "12.9"]
    assert found.notes == ("nvidia-cublas-cu13, nvidia-nccl-cu13",)


@pytest.mark.parametrize(
    ("block", "name", "says"),
    [
        ("gpu cuda 12.9; pip numpy", "nvidia-nccl-cu12", False),
        ("gpu cuda 13.0; pip numpy", "cupy-cuda12x", False),
        ("gpu cuda 12.9; pip numpy", "cupy-cuda13x", True),
        ("gpu cuda 12.9 optional; pip numpy", "jax-cuda13-plugin", True),
        ("gpu; pip numpy", "cupy-cuda13x", False),
        ("gpu rocm 6.4; pip numpy", "cupy-cuda13x", False),
        ("pip numpy", "cupy-cuda13x", False),
        ("gpu cuda 12.9; pip numpy", "focus13", False),
    ],
)
def test_a_name_that_says_its_cuda(block: str, name: str, says: bool) -> None:
    assert [one.name for one in of_builds(block, name)] == ["build-without-accelerator"] * says


def test_torch_and_its_cuda_are_one_doubt() -> None:
    (found,) = of_builds("gpu cuda 11.8; pip vllm", "torch", "nvidia-nccl-cu12", version="2.8.0")
    assert "`torch` 2.8.0" in found.message
