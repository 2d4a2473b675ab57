"""What is compiled: in stages of their own, and nothing of them is in the image but what is kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.plan.hash import hash_of
from envc.plan.plan import Plan
from envc.plan.vendored import refuse_fetching
from envc.targets.dockerfile import instructions_of
from envc.targets.dockerfile.instructions import Copy, From, Instruction, Run, RunExact, Variables, WorkingDirectory
from envc.targets.dockerfile.printer import print_dockerfile
from envc.targets.dockerfile.programs import title_of
from envc.targets.dockerfile.scripts import script
from tests.unit.plan.planning import plan, tree

PROGRAM = """
env train <
  python 3.12
  source colmap from git "https://example.org/colmap" tag v1
  source hloc from git "https://example.org/hloc" tag v2 at "/opt/hloc"
  build colmap from colmap <
    apt gcc make
    jobs 4
    run "make"
    keeps "/usr/local" "/opt/colmap"
  >
>
"""


def stages(given: Plan) -> dict[str, list[Instruction]]:
    """Return the instructions of each stage."""
    found: dict[str, list[Instruction]] = {}
    current: list[Instruction] = []
    for one in instructions_of(given, hash_of(given)):
        if isinstance(one, From):
            current = found.setdefault(one.stage, [])
        else:
            current.append(one)
    return found


def test_each_has_a_stage_behind_what_it_needs() -> None:
    made = ["before-colmap", "build-colmap", "kept-colmap"]
    assert list(stages(plan(PROGRAM))) == ["builder", "source-colmap", "source-hloc", *made, "inference"]


def test_commands_run_in_the_source_without_network() -> None:
    found = stages(plan(PROGRAM))
    assert [one for one in found["build-colmap"] if isinstance(one, RunExact)] == [RunExact(("make",))]
    stage = found["before-colmap"]
    assert WorkingDirectory("/source") in stage
    (variables,) = [dict(one.pairs) for one in stage if isinstance(one, Variables)]
    assert variables == {
        "CARGO_BUILD_JOBS": "4",
        "CMAKE_BUILD_PARALLEL_LEVEL": "4",
        "MAKEFLAGS": "-j4",
        "MAX_JOBS": "4",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SOURCE_DATE_EPOCH": "315532800",
    }


def test_one_that_sees_the_packages_has_the_environment_and_its_programs() -> None:
    """At the place that the image has it, before its own steps; the others have nothing of it."""
    text = PROGRAM.replace("build colmap from colmap <", "build colmap from colmap with packages <")
    found = stages(plan(text))
    stage = found["before-colmap"]
    (place,) = [at for at, one in enumerate(stage) if one == Copy("/opt/venv", "/opt/venv", stage="builder", link=True)]
    assert stage[place + 1] == Variables((("PATH", "/opt/venv/bin:${PATH}"),), frozenset({"PATH"}))
    others = stages(plan(PROGRAM))
    assert not [one for name in ("before-colmap", "build-colmap") for one in others[name] if one == stage[place]]
    assert hash_of(plan(text)) != hash_of(plan(PROGRAM))


def test_only_what_is_kept_reaches_the_image() -> None:
    copies = [one for one in stages(plan(PROGRAM))["inference"] if isinstance(one, Copy)]
    assert [(one.stage, one.source, one.path) for one in copies] == [
        ("source-hloc", "/source", "/opt/hloc"),
        ("kept-colmap", "/kept/opt/colmap", "/opt/colmap"),
        ("kept-colmap", "/kept/usr/local", "/usr/local"),
        ("builder", "/opt/venv", "/opt/venv"),
    ]
    assert all(one.mode == "u=rwX,go=rX" for one in copies[:3])


def test_its_system_packages_are_in_its_stage_alone() -> None:
    found = stages(plan(PROGRAM))
    runs = {name: [one for one in stage if isinstance(one, Run)] for name, stage in found.items()}
    with_gcc = [name for name, steps in runs.items() if "gcc" in print_dockerfile(steps)]
    assert with_gcc == ["before-colmap"]


def test_gpus_are_compiled_for() -> None:
    text = PROGRAM.replace("python 3.12", "python 3.12; gpu architectures 8.0 9.0a 8.6+PTX")
    (build,) = plan(text).programs
    assert dict(build.variables)["CUDAARCHS"] == "80-real;90a-real;86"
    assert dict(build.variables)["TORCH_CUDA_ARCH_LIST"] == "8.0;9.0a;8.6+PTX"


def test_toolchains_are_where_things_are_compiled_and_nowhere_else() -> None:
    found = stages(plan(PROGRAM.replace("python 3.12", "python 3.12; toolchain rust 1.85")))
    having = [name for name, stage in found.items() if "library/rust:1.85" in print_dockerfile(stage)]
    assert having == ["builder", "before-colmap"]  # before what is new: no toolchain is kept
    assert 'PATH="/usr/local/cargo/bin:${PATH}"' in print_dockerfile(found["before-colmap"])


def test_what_a_parent_builds_is_dropped_with_its_source() -> None:
    parent = PROGRAM.replace("env train <", "env base < toolchain rust 1.85")
    bare = plan(parent + "env train from base < build drop colmap; source drop colmap; toolchain drop rust >")
    assert (bare.programs, bare.toolchains, [one.name for one in bare.sources]) == ((), (), ["hloc"])


def test_two_builds_of_one_source_are_two_stages() -> None:
    more = 'build other from colmap < run "true"; keeps "/opt/other" >\n>\n'
    assert "build-other" in stages(plan(PROGRAM.rstrip().removesuffix(">") + more))


def kept(tmp_path: Path, *tops: str) -> tuple[int, list[str], str]:
    """Run what the stage of what is kept runs, on folders in place of stages."""
    before, behind, target = (tmp_path / name for name in ("before", "behind", "kept"))
    command = script("keep_files", str(before), str(behind), str(target), *tops, program=sys.executable)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    files = [path for path in target.rglob("*") if path.is_symlink() or path.is_file()]
    return done.returncode, sorted(f"/{path.relative_to(target)}" for path in files), done.stderr


def test_what_is_new_or_changed_is_kept(tmp_path: Path) -> None:
    before, top = tmp_path / "before/usr", tmp_path / "behind/usr"
    for name in ("bin/python", "lib/old.so", "bin/tool"):
        (before / name).parent.mkdir(parents=True, exist_ok=True)
        (before / name).write_text(name)
    for name, target in (("lib/same", "old.so"), ("lib/moved", "old.so")):
        (before / name).symlink_to(target)
    shutil.copytree(before, top, symlinks=True)
    os.utime(top / "bin/python", (1, 1))  # the same bytes at another time
    (top / "bin/tool").chmod(0o755)
    (top / "lib/old.so").write_text("other.so")  # as long as before
    (top / "lib/moved").unlink()
    (top / "lib/moved").symlink_to("new.so.1")
    (top / "lib/new.so.1").write_text("new")
    (top / "lib/new.so").symlink_to("new.so.1")
    (top / "lib/linked").symlink_to("/nowhere")
    for name in ("include/a.h", "lib/a.a", "lib/a.la", "lib/pkgconfig/a.pc", "lib/cmake/a/a.cmake", "share/man/man1/a"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("unneeded")
    code, files, _ = kept(tmp_path, "/usr")
    assert code == 0
    names = ("bin/tool", "lib/linked", "lib/moved", "lib/new.so", "lib/new.so.1", "lib/old.so")
    assert files == [f"/usr/{name}" for name in names]


def test_what_is_named_itself_is_kept_whatever_it_is(tmp_path: Path) -> None:
    for name in ("usr/include/a.h", "usr/lib/a.a"):
        (tmp_path / "behind" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "behind" / name).write_text("x")
    assert kept(tmp_path, "/usr/include", "/usr/lib/a.a")[:2] == (0, ["/usr/include/a.h", "/usr/lib/a.a"])


def test_a_build_that_leaves_nothing_fails(tmp_path: Path) -> None:
    for name in ("before", "behind"):
        (tmp_path / name / "usr").mkdir(parents=True)
        (tmp_path / name / "usr/a").write_text("x")
    code, _, said = kept(tmp_path, "/usr")
    assert code == 1
    assert "left nothing new at /usr" in said


def test_a_dockerfile_without_builds_has_no_word_of_them() -> None:
    text = print_dockerfile(
        instructions_of(plan("env train < python 3.12 >"), hash_of(plan("env train < python 3.12 >")))
    )
    assert "/kept" not in text
    assert json.dumps(plan("env train < python 3.12 >").model_dump(mode="json")).count("builds") == 0


def test_a_build_sees_what_those_keep_that_it_comes_after() -> None:
    """With what only compiling needs, in stages behind theirs; what is in the image stays what each keeps itself."""
    program = PROGRAM.replace(
        "build colmap from colmap <",
        'build a from hloc after colmap < run "make"; keeps "/opt/a" >\n  build colmap from colmap <',
    )
    found = stages(plan(program))
    assert [name for name in found if name.startswith("build-")] == ["build-colmap", "build-a"]
    copies = [(one.stage, one.source, one.path) for one in found["before-a"] if isinstance(one, Copy)]
    assert copies[1:] == [
        ("build-colmap", "/opt/colmap", "/opt/colmap"),
        ("build-colmap", "/usr/local", "/usr/local"),
    ]
    assert [one.arguments for one in found["before-a"] if isinstance(one, RunExact)] == [("ldconfig",)]
    assert "after" not in plan(PROGRAM).programs[0].model_dump()


def test_packages_of_a_source_are_fetched_before_and_nothing_else_has_a_network() -> None:
    program = PROGRAM.replace('run "make"', 'fetches npm cargo; run "make"').replace("jobs 4", "apt cargo npm")
    given = plan(program)
    found = stages(given)
    fetching = [one for one in found["before-colmap"] if isinstance(one, RunExact)]
    assert [(one.arguments[:2], one.network) for one in fetching] == [(("cargo", "fetch"), True), (("npm", "ci"), True)]
    others = (one for name in ("build-colmap", "kept-colmap") for one in found[name] if isinstance(one, RunExact))
    assert [one.network for one in others] == [False, False]
    assert dict(given.programs[0].variables)["CARGO_HOME"] == "/fetched/cargo"
    with pytest.raises(Report) as caught:
        refuse_fetching(given)
    assert caught.value.diagnostics[0].name == "unvendorable-build"


@pytest.mark.parametrize(
    ("folder", "inside"), [("scheduler", "scheduler"), ("./a/../b", "b"), ("..data", "..data"), (".", None)]
)
def test_what_is_fetched_may_be_named_by_a_lock_in_a_folder(folder: str, inside: str | None) -> None:
    given = plan(PROGRAM.replace('run "make"', f'fetches go in "{folder}"; run "make"').replace("jobs 4", "apt golang"))
    (command,) = given.programs[0].fetches
    shell = ("/bin/sh", "-euc", 'cd "$1"; shift; exec "$@"', "sh", inside) if inside else ()
    assert command == (*shell, "go", "mod", "download")


def test_a_folder_of_the_project_is_compiled_as_it_is() -> None:
    """Its files are code: they are sent to the builder, and are no part of the environment."""
    program = 'env train < python 3.12; build a project "csrc" < run "make"; keeps "/opt/a" > >'
    given, other = (plan(program, tree({"csrc/a.c": text}, ["csrc"])) for text in ("1", "2"))
    copied = [(one.source, one.path, one.stage) for one in stages(given)["before-a"] if isinstance(one, Copy)]
    assert copied == [("csrc", "/source/", None)]
    assert [one.source for one in given.sent] == ["csrc"]
    assert hash_of(given).environment == hash_of(other).environment
    assert hash_of(given).reproducibility != hash_of(other).reproducibility


def test_steps_of_neither_a_source_nor_a_folder_start_in_an_empty_one() -> None:
    given = plan('env train < python 3.12; build links < run "ln -s /a /opt/b"; keeps "/opt/b" > >')
    made = stages(given)["before-links"]
    assert not [one for one in made if isinstance(one, Copy)]
    assert WorkingDirectory("/source") in made
    assert title_of(given.programs[0]) == "build links"


CHAIN = """
env train <
  python 3.12
  source a from git "https://example.org/a" tag v1
  build first from a < run "make"; keeps "/opt/first" >
  build second from a after first < run "make"; keeps "/opt/second" >
  build third from a after second < run "make"; keeps "/opt/third" >
>
"""


def test_what_a_needed_build_needs_itself_is_there_too() -> None:
    """A library of the second may want the first one's at its side, and its headers name those."""
    given = plan(CHAIN)
    assert [one.after for one in given.programs] == [(), ("first",), ("first", "second")]
    laid = [one.path for one in stages(given)["before-third"] if isinstance(one, Copy) and one.stage != "source-a"]
    assert laid == ["/opt/first", "/opt/second"]
