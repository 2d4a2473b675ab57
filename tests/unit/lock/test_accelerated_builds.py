"""Which builds an environment takes, over all that the library knows of PyTorch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.diagnostics import Diagnostic, Fix, Report
from envc.knowledge.families import Build
from envc.lock.accelerated_builds import BuildChoice
from envc.lock.accelerator import choose_builds, locked_accelerator
from tests.unit.lock.world import LIBRARY, environment

(TORCH,) = (family for family in LIBRARY.families() if family.project == "torch")


def chosen(text: str) -> BuildChoice:
    (choice,) = choose_builds(environment(text), LIBRARY)
    return choice


def refused(text: str) -> Diagnostic:
    with pytest.raises(Report) as report:
        choose_builds(environment(text), LIBRARY)
    (diagnostic,) = report.value.diagnostics
    assert (diagnostic.name, report.value.exit_code) == ("no-compatible-build", 1)
    return diagnostic


def apply(text: str, fix: Fix) -> str:
    return text[: fix.span.start] + fix.replacement + text[fix.span.end :]


def test_cuda_11_3_with_python_3_12_takes_the_build_for_11_8_and_says_why() -> None:
    text = "env train < gpu cuda 11.3; python 3.12; ml torch pinned; data v2 mounted >"
    choice = chosen(text)
    assert (choice.index_name, choice.cuda) == ("pytorch-cu118", "11.8")
    assert choice.reason == (
        "torch for CUDA 11.8: it has no build for CUDA 11.3 with Python 3.12, "
        "and a driver for CUDA 11.3 runs builds for 11.8, too"
    )
    locked = locked_accelerator(environment(text), (choice,), LIBRARY)
    assert locked is not None
    assert (locked.cuda, locked.build, locked.driver) == ("11.3", "11.8", "450.80.02")
    assert locked.reason == choice.reason


def test_where_all_that_fits_is_built_for_an_older_cuda_that_is_taken() -> None:
    """A driver for CUDA 12.4 runs what one for 12.1 ran; the nearest build below is taken, within the major version."""
    text = "env train < gpu cuda 12.4; python 3.10; ml torch 2.1.0 >"
    choice = chosen(text)
    assert (choice.index_name, choice.cuda) == ("pytorch-cu121", "12.1")
    assert choice.reason == (
        "torch for CUDA 12.1: what is asked for has no build for CUDA 12.4 or newer, "
        "and a driver for CUDA 12.4 runs builds for 12.1, too"
    )
    locked = locked_accelerator(environment(text), (choice,), LIBRARY)
    assert locked is not None
    assert (locked.cuda, locked.build) == ("12.4", "12.1")
    assert chosen("env train < gpu cuda 12.6; python 3.11; ml torch 2.4 >").cuda == "12.4"
    refused(text.replace("12.4", "12.4 exact"))
    refused('env train < gpu "RTX 5090" cuda 12.8; python 3.11; ml torch 2.5 >')  # without kernels for it
    refused('env train < gpu "RTX 5090" cuda 12.8; python 3.11; ml torch 2.5 >')  # without kernels for it
    refused(text.replace("2.1.0", "1.13.1"))


def test_an_older_build_with_kernels_goes_before_newer_ones_without() -> None:
    """A machine for CUDA 12.8 is no worse than one for 12.9, for which there is no newer build."""
    newer = chosen("env train < gpu cuda 12.9 v100; python 3.12; ml torch 2.7 >")
    choice = chosen("env train < gpu cuda 12.8 v100; python 3.12; ml torch 2.7 >")
    assert choice[:3] == newer[:3]
    assert choice.cuda == "12.6"
    assert choice.reason == (
        "torch for CUDA 12.6, the newest with kernels for 7.0, and a driver for CUDA 12.8 runs builds for 12.6, too"
    )
    assert chosen("env train < gpu cuda 12.8 exact v100; python 3.12; ml torch 2.7 >").cuda == "12.8"  # refused later


def test_cuda_11_3_exactly_is_refused_with_every_position_and_what_would_fit() -> None:
    text = "env train < gpu cuda 11.3 exact; python 3.12; ml torch >"
    diagnostic = refused(text)
    assert diagnostic.message == "no build of `torch` has Python 3.12 and exactly CUDA 11.3"
    assert [(label.span.text, label.text) for label in diagnostic.labels if label.span.source.path == "train.env"] == [
        ("torch", "no build of it fits"),
        ("3.12", "asks for Python 3.12"),
        ("11.3", "asks for CUDA 11.3"),
        ("exact", "refuses every other"),
    ]
    known = [label for label in diagnostic.labels if label.span.source.path != "train.env"]
    assert [label.text for label in known] == [
        "the oldest release for Python 3.12 is 2.2.0",
        "the newest release for CUDA 11.3 is 1.12.1",
    ]
    assert all(label.span.source.path == "stdlib/ml/torch.env" for label in known)
    assert [fix.title for fix in diagnostic.fixes] == [
        "take the build for CUDA 11.8",
        "keep Python 3.12 and take CUDA 11.8",
        "take Python 3.10",
    ]
    assert [chosen(apply(text, fix)).cuda for fix in diagnostic.fixes] == ["11.8", "11.8", "11.3"]


def test_torch_2_11_has_no_build_for_cuda_11() -> None:
    text = "env train < gpu cuda 11.3; python 3.12; ml torch 2.11 >"
    diagnostic = refused(text)
    assert diagnostic.message == "no build of `torch` has Python 3.12 and CUDA 11.3 with torch==2.11.*"
    assert [fix.title for fix in diagnostic.fixes] == [
        "keep Python 3.12 and take CUDA 12.1",
        "take any torch that fits",
    ]
    assert [chosen(apply(text, fix)).index_name for fix in diagnostic.fixes] == ["pytorch-cu126", "pytorch-cu118"]


def test_python_3_14_with_torch_2_5() -> None:
    text = "env train < gpu cuda 12.1; python 3.14; ml torch 2.5 >"
    diagnostic = refused(text)
    assert [fix.title for fix in diagnostic.fixes] == ["take Python 3.13", "take any torch that fits"]
    assert chosen(apply(text, diagnostic.fixes[0])).index_name == "pytorch-cu121"


def test_a_torchvision_that_does_not_belong_to_the_torch() -> None:
    text = "env train < gpu cuda 12.6; python 3.12; ml < torch 2.7.1; torchvision 0.20 > >"
    diagnostic = refused(text)
    assert "take any torchvision that fits" in [fix.title for fix in diagnostic.fixes]
    assert chosen("env train < gpu cuda 12.6; python 3.12; ml < torch 2.7.1; torchvision 0.22 > >").cuda == "12.6"


def test_without_a_gpu_it_is_the_build_for_the_cpu() -> None:
    choice = chosen("env train < python 3.12; ml torch >")
    assert (choice.index_name, choice.cuda, choice.reason) == ("pytorch-cpu", None, "no `gpu`: torch for the CPU")
    assert locked_accelerator(environment("env train < python 3.12; ml torch >"), (choice,), LIBRARY) is None


def test_a_gpu_without_a_cuda_version_takes_the_newest_that_there_is() -> None:
    choice = chosen("env train < gpu; python 3.12; ml torch >")
    newest = next(build for build in TORCH.builds if build.cuda)
    assert choice.cuda == max(newest.cuda, key=lambda cuda: tuple(map(int, cuda.split("."))))
    assert choice.index_name == f"pytorch-cu{choice.cuda.replace('.', '')}"
    assert choice.reason == f"torch for CUDA {choice.cuda}, the newest it is built for"


def test_what_ml_does_not_name_is_no_ones_business() -> None:
    assert choose_builds(environment("env train < gpu cuda 11.3; python 3.12; pip torch >"), LIBRARY) == ()
    assert choose_builds(environment("env train < gpu cuda 11.3; python 3.12; ml numpy >"), LIBRARY) == ()


def test_a_base_that_says_its_python_later() -> None:
    asked = environment('env train < gpu cuda 11.3; base "team/ml:3"; ml torch >')
    assert choose_builds(asked, LIBRARY) == ()
    (choice,) = choose_builds(asked, LIBRARY, "3.12.4")
    assert choice.index_name == "pytorch-cu118"
    with pytest.raises(Report) as report:
        choose_builds(environment('env train < gpu cuda 11.3 exact; base "team/ml:3"; ml torch >'), LIBRARY, "3.12.4")
    assert report.value.diagnostics[0].fixes[0].title == "take the build for CUDA 11.8"


def test_a_python_for_which_a_companion_has_no_wheel() -> None:
    """torch 2.5 has wheels for Python 3.13, and its torchvision has none."""
    assert chosen("env train < gpu cuda 12.1; python 3.13; ml torch 2.5 >").cuda == "12.1"
    diagnostic = refused("env train < gpu cuda 12.1; python 3.13; ml < torch 2.5; torchvision > >")
    assert "take Python 3.12" in [fix.title for fix in diagnostic.fixes]


pythons = st.sampled_from(sorted({python for build in TORCH.builds for python in build.pythons}))
cudas = st.sampled_from(["10.2", "11.0", "11.3", "11.6", "11.8", "12.1", "12.5", "12.6", "13.0", "13.9"])
gpus = st.one_of(
    st.just(""), st.just("gpu; "), st.builds("gpu cuda {}{}; ".format, cudas, st.sampled_from(["", " exact"]))
)
releases = sorted({".".join(build.version.split(".")[:2]) for build in TORCH.builds})
versions = st.sampled_from(["", " >=2.1,<2.5", *(f" {release}" for release in releases)])
companions = st.sampled_from(["", "; torchvision", "; torchvision 0.22", "; torchaudio >=2.4"])


@given(gpus, pythons, versions, companions)
def test_a_choice_is_a_build_that_exists_and_each_fix_of_a_refusal_gives_one(
    gpu: str, python: str, version: str, companion: str
) -> None:
    text = f"env train < {gpu}python {python}; ml < torch{version}{companion} > >"
    try:
        choice = chosen(text)
    except Report as report:
        (diagnostic,) = report.diagnostics
        assert len(diagnostic.fixes) <= 3
        for fix in diagnostic.fixes:
            chosen(apply(text, fix))
        return
    assert any(python in build.pythons and offers(build, choice.cuda) for build in TORCH.builds)
    assert choice.index_name is not None
    assert LIBRARY.index_address(choice.index_name) is not None
    if "cuda" in gpu:
        asked = gpu.split()[2].rstrip(";")
        assert choice.cuda is not None
        older = "has no build for CUDA" in choice.reason and minor(choice.cuda)[0] == minor(asked)[0]
        assert choice.cuda == asked if "exact" in gpu else older or minor(choice.cuda) >= minor(asked)
        assert minor(choice.cuda)[0] == minor(asked)[0]


def offers(build: Build, cuda: str | None) -> bool:
    return build.cpu if cuda is None else cuda in build.cuda


def minor(cuda: str) -> tuple[int, ...]:
    return tuple(map(int, cuda.split(".")))


@pytest.mark.parametrize("cuda", ["11.0", "11.3", "11.8", "12.0", "12.5", "12.7", "12.8", "13.0", "13.1"])
def test_the_newest_release_wins_and_in_it_the_cuda_nearest_above_the_floor(cuda: str) -> None:
    def fitting(build: Build) -> list[str]:
        return [have for have in build.cuda if minor(have)[0] == minor(cuda)[0] and minor(have) >= minor(cuda)]

    newest = next(build for build in TORCH.builds if "3.12" in build.pythons and fitting(build))
    choice = chosen(f"env train < gpu cuda {cuda}; python 3.12; ml torch >")
    assert choice.cuda == min(fitting(newest), key=minor)
