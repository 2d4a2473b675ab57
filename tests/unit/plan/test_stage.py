"""`stage`: what it says holds in that stage and nowhere else; without it plan and lock are what they were."""

from __future__ import annotations

import pytest

from envc.cli.flattened import lines_of
from envc.language.facets import SystemPackage
from envc.lock.freshness import is_fresh
from envc.plan.hash import hash_of
from envc.targets.dockerfile import emit
from envc.targets.dockerfile.copied_python import copy_python
from envc.targets.dockerfile.instructions import Copy
from envc.targets.dockerfile.vendored import emit_vendored
from tests.unit.lock.world import environment
from tests.unit.plan.planning import locked, plan


def stages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What each stage installs."""
    apt = plan(text).apt
    return apt.builder, apt.inference


def parts(text: str) -> list[str]:
    """The text of each stage of the Dockerfile."""
    made = plan(text)
    return emit(made, hash_of(made))["Dockerfile"].split(" AS inference\n")


@pytest.mark.parametrize(
    ("items", "builder", "inference"),
    [
        ("apt gcc curl", ("gcc",), ("curl",)),
        ("stage inference < apt gcc curl >", (), ("curl", "gcc")),
        ("stage builder < apt gcc curl >", ("curl", "gcc"), ()),
        ("apt gcc curl; stage inference < apt gcc >", ("gcc",), ("curl", "gcc")),
        ("stage builder < apt curl >; stage inference < apt curl >", ("curl",), ("curl",)),
    ],
)
def test_a_package_goes_where_it_is_said(items: str, builder: tuple[str, ...], inference: tuple[str, ...]) -> None:
    assert stages(f"env train < python 3.12; {items} >") == (builder, inference)


def test_a_variable_of_the_builder_is_in_no_image() -> None:
    builder, inference = parts('env train < python 3.12; stage builder < set CFLAGS "-O2 -g"; set A 1 >; set A 2 >')
    assert '# `set CFLAGS "-O2 -g"; set A 1`\nENV A="1" \\\n    CFLAGS="-O2 -g"\n' in builder
    assert "CFLAGS" not in inference
    assert 'A="2"' in inference
    assert "2" not in builder.split("ENV A=")[1].splitlines()[0]


@pytest.mark.parametrize("compiler", ["gcc", "g++-12", "clang", "build-essential"])
def test_where_something_compiles_while_it_runs_the_headers_of_python_stay(compiler: str) -> None:
    """Those of the official image are not removed; into another base they are copied."""
    text = f"env train < python 3.12; stage inference < apt {compiler} > >"
    official = parts(text)[1]
    assert "the base's pip\n" in official
    assert "/usr/local/include" not in official
    headers = "/usr/local/include/python3.12"
    assert Copy(headers, headers, stage="builder", link=True) in copy_python(plan(text))


@pytest.mark.parametrize("items", ["apt gcc", "apt curl; stage builder < apt gcc >", "stage inference < apt gcc-doc >"])
def test_elsewhere_they_do_not(items: str) -> None:
    assert "/usr/local/include/*" in parts(f"env train < python 3.12; {items} >")[1]
    made = plan(f"env train < python 3.12; {items} >")
    assert not [step for step in copy_python(made) if isinstance(step, Copy) and "include" in step.path]
    assert '"headers"' not in made.model_dump_json()


def test_it_wins_over_what_is_derived() -> None:
    made = plan("env train < python 3.12; gpu architectures 9.0; stage builder < set TORCH_CUDA_ARCH_LIST 8.6 > >")
    assert made.stages.builder_variables == (("TORCH_CUDA_ARCH_LIST", "8.6"),)


def test_it_is_an_input_of_the_hash_and_of_the_lock() -> None:
    plain = "env train < python 3.12; apt gcc >"
    moved = "env train < python 3.12; stage inference < apt gcc > >"
    assert hash_of(plan(plain)) != hash_of(plan(moved))
    assert not is_fresh(environment(moved), locked(plain).lock)
    variable = "env train < python 3.12; apt gcc; stage builder < set A 1 > >"
    assert hash_of(plan(plain)).environment != hash_of(plan(variable)).environment
    assert is_fresh(environment(variable), locked(plain).lock)


def test_the_same_stage_said_twice_adds_and_a_variable_replaces_the_parents() -> None:
    text = (
        "env base < python 3.12; stage builder < apt git; set A 1; set B 1 >; stage inference < apt gcc > >\n"
        "env train from base < stage builder < apt curl; set A 2 >; stage builder < apt ffmpeg > >"
    )
    child = environment(text, "train")
    assert [(one.name, one.stage) for one in child.every(SystemPackage)] == [
        ("git", "builder"),
        ("gcc", "inference"),
        ("curl", "builder"),
        ("ffmpeg", "builder"),
    ]
    assert [line.text for line in lines_of(child) if line.word == "set"] == ["set B 1", "set A 2"]
    assert [line.reasons for line in lines_of(child) if line.text == "apt git"] == [
        ("in the stage builder", "from base")
    ]


@pytest.mark.parametrize(
    ("drop", "left"),
    [
        ("apt drop gcc", []),
        ("stage builder < apt drop gcc >", ["inference"]),
        ("stage inference < apt drop gcc >", ["builder"]),
    ],
)
def test_drop_in_a_stage_takes_what_the_stage_has(drop: str, left: list[str]) -> None:
    text = (
        "env base < python 3.12; stage builder < apt gcc >; stage inference < apt gcc > >\n"
        f"env train from base < {drop} >"
    )
    assert [one.stage for one in environment(text, "train").every(SystemPackage)] == left


def test_it_may_hold_on_one_platform() -> None:
    both = environment("env train < python 3.12; apt git; on linux/arm64 < stage inference < apt gcc > > >")
    assert [(one.name, one.stage) for one in both.every(SystemPackage)] == [("git", None)]
    found = [(one.name, one.stage) for one in both.on("linux/arm64").every(SystemPackage)]
    assert found == [("git", None), ("gcc", "inference")]


def test_a_module_may_stand_in_it() -> None:
    text = "module compilers < apt gcc make >\nenv train < python 3.12; stage inference < compilers > >"
    assert stages(text) == ((), ("gcc", "make"))


def test_a_build_without_a_network_has_it_too() -> None:
    made = plan('env train < python 3.12; stage builder < set CFLAGS "-O2" > >')
    assert 'ENV CFLAGS="-O2"' in emit_vendored(made, hash_of(made))["Dockerfile.vendored"]
