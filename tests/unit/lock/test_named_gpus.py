"""What follows from a GPU that is named: builds with kernels for it, and the driver that knows it."""

from __future__ import annotations

import pytest

from envc.diagnostics import Fix, Report
from envc.language.facets import Accelerator
from envc.lock.accelerated_builds import BuildChoice
from envc.lock.accelerator import choose_builds
from envc.lock.needs import inputs_of, needs_of
from tests.unit.lock.world import LIBRARY, PLATFORM, Packages, choose, environment, world
from tests.unit.plan.planning import plan


def accelerator(gpu: str) -> Accelerator:
    found = environment(f"env train < python 3.12; {gpu} >").one(Accelerator)
    assert found is not None
    return found


def build(gpu: str, packages: str = "ml torch") -> BuildChoice:
    (choice,) = choose_builds(environment(f"env train < python 3.12; {gpu}; {packages} >"), LIBRARY)
    return choice


def test_a_name_says_architecture_and_memory() -> None:
    found = accelerator('gpu "RTX 4090"')
    assert (found.models, found.architectures, found.memory) == (("RTX 4090",), ("8.9",), 24 * 2**30)


def test_a_name_may_be_several_words() -> None:
    found = accelerator("gpu rtx 4090 a100 80GB")
    assert found.models == ("RTX 4090", "A100 80GB")


def test_several_kinds_of_machines_have_the_least_memory_and_none_when_one_is_not_known() -> None:
    assert accelerator('gpu "A100 80GB" "RTX 4090"').memory == 24 * 2**30
    assert accelerator("gpu a100 rtx4090").memory is None
    assert accelerator("gpu a100 memory 40GiB").memory == 40 * 2**30


def test_names_and_architectures_say_each_once() -> None:
    found = accelerator("gpu h100 h200 architectures 9.0 8.0")
    assert found.architectures == ("9.0", "8.0")
    assert [found.place_of(position).text for position in (0, 1)] == ["h100", "8.0"]


def test_a_name_is_the_same_need_as_its_architecture() -> None:
    named = environment("env train < python 3.12; gpu cuda 12.8 h100 >")
    said = environment("env train < python 3.12; gpu cuda 12.8 architectures 9.0 >")
    assert inputs_of(needs_of(named)) == inputs_of(needs_of(said))


def test_compilers_are_told() -> None:
    assert plan("env train < python 3.12; gpu a100 h100 >").stages.builder_variables == (
        ("TORCH_CUDA_ARCH_LIST", "8.0;9.0"),
    )
    assert plan("env train < python 3.12; gpu rocm 6.4 mi300x mi250 >").stages.builder_variables == (
        ("PYTORCH_ROCM_ARCH", "gfx942;gfx90a"),
    )


def test_a_build_without_kernels_is_passed_over() -> None:
    """The newest torch for the newest CUDA has none for a V100."""
    choice = build("gpu v100")
    assert choice.cuda == "12.6"
    assert choice.reason == "torch for CUDA 12.6, the newest with kernels for 7.0"


def test_a_newer_release_of_the_same_index_is_bounded_away() -> None:
    choice = build("gpu v100 cuda 12.8 exact")
    assert (choice.index_name, choice.bounds) == ("pytorch-cu128", ("torch<=2.10.0",))


def fixes(text: str, torch: str) -> list[Fix]:
    with pytest.raises(Report) as caught:
        choose(environment(text), PLATFORM, world(Packages({"torch": [torch]})))
    (mistake,) = caught.value.diagnostics
    assert mistake.name == "no-kernels"
    return list(mistake.fixes)


def test_kernels_that_a_release_never_had_lead_to_edits_that_have_them() -> None:
    text = "env train < python 3.12; gpu cuda 12.6 exact architectures 12.0; ml torch 2.7 >"
    found = fixes(text, "2.7.1+cu126")
    assert [(fix.span.text, fix.replacement) for fix in found] == [("12.6", "12.8"), (" exact", "")]
    for fix in found[1:]:
        edited = text[: fix.span.start] + fix.replacement + text[fix.span.end :]
        locked = choose(environment(edited), PLATFORM, world(Packages({"torch": ["2.7.1+cu128"]})))
        assert locked.lock.accelerator is not None
        assert locked.lock.accelerator.build == "12.8"


def test_a_release_before_the_first_with_kernels_is_refused_also_where_nobody_listed_them() -> None:
    found = fixes("env train < python 3.12; gpu rtx5090; ml torch 2.5 >", "2.5.1+cu124")
    assert [(fix.span.text, fix.replacement) for fix in found] == [(" 2.5", "")]


def test_a_gpu_whose_kernels_newer_builds_have_lost_leads_to_an_older_cuda() -> None:
    found = fixes("env train < python 3.12; gpu cuda 13.0 v100; ml torch >", "2.10.0+cu130")
    assert [(fix.span.text, fix.replacement) for fix in found] == [("13.0", "12.9")]


def test_the_driver_knows_the_gpu() -> None:
    text = 'env train < python 3.12; gpu cuda 12.8 "RTX 5090"; ml torch >'
    locked = choose(environment(text), PLATFORM, world(Packages({"torch": ["2.11.0+cu128"]})))
    assert locked.lock.accelerator is not None
    assert locked.lock.accelerator.driver == "570.26"
