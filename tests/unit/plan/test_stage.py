"""`stage`: what it says holds in that stage and nowhere else; without it plan and lock are what they were."""

from __future__ import annotations

import pytest

from envc.cli.flattened import lines_of
from envc.diagnostics import Report
from envc.language.facets import CopiedPath, SystemPackage
from envc.language.outside_facets import Tool
from envc.language.stages import seen_from
from envc.lock.freshness import is_fresh
from envc.plan.hash import hash_of
from envc.plan.vendored import remote_files
from envc.targets import dockerignore
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


SHA = "0" * 64
CMAKE = f'tool cmake 4 from "https://example.org/cmake" sha256 "{SHA}" at "/usr/local/bin/cmake"'
NINJA = f'tool ninja 1 from "https://example.org/n.zip" sha256 "{SHA}" at "/usr/local/bin/ninja" unpacked inside ninja'
IMAGE = 'copy "/uv" from image "rust:1.85-slim-bookworm" at "/usr/bin/uv"'


def test_a_tool_of_the_builder_is_there_before_packages_and_not_in_what_runs() -> None:
    builder, inference = parts(f"env train < python 3.12; apt gcc; pip numpy; stage builder < {CMAKE}; {NINJA} > >")
    added = builder.index('"https://example.org/cmake", "/usr/local/bin/cmake"')
    assert builder.index("gcc") < added < builder.index("/requirements/")
    assert "cp -a -T /builder-tools/ninja/unpacked/ninja /usr/local/bin/ninja" in builder
    assert "mkdir -p /usr/local/bin" in builder
    assert "cmake" not in inference
    assert "ninja" not in inference


def test_a_file_of_the_builder_is_sent_and_copied_there_alone() -> None:
    made = plan(f'env train < python 3.12; copy "src"; stage builder < copy "ca.pem" at "/etc/ca.pem"; {IMAGE} > >')
    text = emit(made, hash_of(made))["Dockerfile"]
    builder, inference = text.split(" AS inference\n")
    assert '"ca.pem", "/etc/ca.pem"' in builder
    assert '"/uv", "/usr/bin/uv"' in builder
    assert "docker.io/library/rust:1.85-slim-bookworm@sha256:" in builder
    assert "ca.pem" not in inference
    assert "uv" not in inference
    assert "!ca.pem" in dockerignore.emit(made, hash_of(made))["Dockerfile.dockerignore"].splitlines()
    assert [copy.source for copy in made.source] == ["src"]


def test_where_programs_are_compiled_they_are_there_too() -> None:
    text = (
        'env train < python 3.12; source s from git "https://example.org/s.git" tag v1; '
        f'build b from s < run "cmake ."; keeps "/opt/b" >; stage builder < {CMAKE} > >'
    )
    stage = parts(text)[0].split(" AS before-b\n")[1]
    assert stage.index("/usr/local/bin/cmake") < stage.index('RUN --network=none ["cmake"')


def test_a_tool_of_what_runs_is_the_one_of_no_stage() -> None:
    assert plan(f"env train < python 3.12; stage inference < {CMAKE} > >").tools
    assert hash_of(plan(f"env train < python 3.12; stage inference < {CMAKE} > >")) == hash_of(
        plan(f"env train < python 3.12; {CMAKE} >")
    )


def test_what_is_built_with_is_an_input_of_the_environment() -> None:
    plain, more = "env train < python 3.12 >", f"env train < python 3.12; stage builder < {CMAKE} > >"
    assert hash_of(plan(plain)).environment != hash_of(plan(more)).environment
    assert is_fresh(environment(more), locked(plain).lock)
    image = f"env train < python 3.12; stage builder < {IMAGE} > >"
    assert not is_fresh(environment(image), locked(plain).lock)
    assert "builder_tools" not in plan(plain).model_dump_json()


def files(text: str) -> list[str]:
    """What lies in the builder alone."""
    builder = seen_from(environment(text, "train"), "builder")
    return [one.location for one in builder.every(Tool)] + [one.source for one in builder.every(CopiedPath)]


def test_a_child_replaces_and_drops_them() -> None:
    base = f'env base < python 3.12; {CMAKE}; stage builder < {CMAKE}; copy "a" at "/a" > >\n'
    newer = CMAKE.replace("org/cmake", "org/newer")
    assert files(f"{base}env train from base < stage builder < {newer} > >") == ["https://example.org/newer", "a"]
    assert files(f'{base}env train from base < stage builder < copy "b" at "/a" > >') == [
        "https://example.org/cmake",
        "b",
    ]
    both = f'{base}env train from base < stage builder < tool drop cmake; copy drop "a" > >'
    assert files(both) == []
    assert [one.name for one in environment(both, "train").every(Tool)] == ["cmake"]
    assert environment(f"{base}env train from base < tool drop cmake >", "train").every(Tool) == []


def test_they_may_hold_on_one_platform() -> None:
    made = environment(f"env train < python 3.12; on linux/arm64 < stage builder < {CMAKE} > > >")
    assert seen_from(made, "builder").every(Tool) == []
    assert len(seen_from(made.on("linux/arm64"), "builder").every(Tool)) == 1


@pytest.mark.parametrize(
    ("items", "names"),
    [
        (f'stage builder < {CMAKE}; copy "cmake" at "/usr/local/bin/cmake" >', ["occupied-path"]),
        (f"stage builder < {CMAKE}; {CMAKE} >", ["occupied-path", "repeated-name"]),
        (f'{CMAKE}; stage builder < copy "cmake" at "/usr/local/bin/cmake" >', []),
        (f"{CMAKE}; stage builder < {CMAKE} >", []),
        (f'{CMAKE}; stage inference < copy "cmake" at "/usr/local/bin/cmake" >', ["occupied-path"]),
    ],
)
def test_two_things_lie_in_one_place_where_they_are_in_one_stage(items: str, names: list[str]) -> None:
    found: list[str] = []
    try:
        environment(f"env train < python 3.12; {items} >")
    except Report as report:
        found = sorted(one.name for one in report.diagnostics)
    assert found == names


def test_a_folder_of_a_build_without_a_network_has_their_bytes() -> None:
    made = plan(f"env train < python 3.12; stage builder < {CMAKE} > >")
    assert [(one.called, one.address) for one in remote_files(made)] == [("tool cmake", "https://example.org/cmake")]
    assert "ADD" not in emit_vendored(made, hash_of(made))["Dockerfile.vendored"]
