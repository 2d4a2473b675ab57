"""Wheels that builds leave: where they are installed, what is seen before, and the checks as the builder runs them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from envc.plan.hash import hash_of
from envc.plan.plan import Plan
from envc.targets import emit
from envc.targets.dockerfile.instructions import Copy, From, Instruction, Mount, RunExact, Variables
from envc.targets.dockerfile.printer import print_dockerfile
from envc.targets.dockerfile.scripts import script_text
from envc.targets.dockerfile.vendored import vendored_instructions
from tests.unit.plan.planning import plan, tree
from tests.unit.plan.test_programs import stages

PROGRAM = """
env train <
  python 3.12
  build ops project "ops" with packages < run "python setup.py bdist_wheel -d /wheels" >
  pip numpy ops 1.0.0 from build ops
>
"""
FILES = tree({"ops/setup.py": ""}, ["ops"])
LEFT = (Mount("bind", (("from", "build-ops"), ("source", "/wheels"), ("target", "/mnt"))),)


def planned(text: str = PROGRAM) -> Plan:
    return plan(text, FILES)


def ran(steps: list[Instruction], *mounts: Mount) -> list[tuple[str, ...]]:
    """Return the commands of a stage that have these mounts."""
    return [one.arguments for one in steps if isinstance(one, RunExact) and one.mounts == mounts]


def test_the_stages_follow_each_other() -> None:
    """What builds the wheel has the builder's packages, and what installs it stands on the builder."""
    given = planned()
    assert list(stages(given)) == ["builder", "build-ops", "wheels", "inference"]
    (base,) = [
        one for one in vendored_instructions(given, hash_of(given)) if isinstance(one, From) and one.stage == "wheels"
    ]
    assert base.image == "builder"
    assert given.stages.inference[-3:] == ("virtual environment", "wheels of builds", "configuration")
    copies = [(one.stage, one.source, one.path) for one in stages(given)["inference"] if isinstance(one, Copy)]
    assert copies == [("builder", "/opt/venv", "/opt/venv"), ("wheels", "/opt/wheels", "/opt/venv")]


def test_it_is_installed_by_its_name_without_network_and_dependencies() -> None:
    find, install = ran(stages(planned())["wheels"], *LEFT)
    assert find[-3:] == ("/mnt", "ops", "ops==1.0.0")
    assert {"--no-index", "--no-deps", "--no-compile", "--find-links", "/mnt", "--prefix", "/opt/wheels"} < {*install}
    assert install[-1] == "ops==1.0.0"
    (check,) = ran(stages(planned())["wheels"])
    assert check[-4:] == ("/opt/venv/bin/python", "/opt/wheels/lib/python3.12/site-packages", "", "ops")


def test_the_build_has_a_folder_for_wheels_and_keeps_nothing() -> None:
    text = print_dockerfile(stages(planned())["build-ops"])
    assert "/kept" not in text
    assert ran(stages(planned())["build-ops"])[0] == ("mkdir", "-p", "/wheels")
    more = planned(PROGRAM.replace("/wheels", "/wheels --x /opt/x").replace('x" >', 'x"; keeps "/opt/x" >'))
    assert ran(stages(more)["before-ops"])[0] == ("mkdir", "-p", "/wheels")
    assert ("kept-ops", "/kept/opt/x") in [
        (one.stage, one.source) for one in stages(more)["inference"] if isinstance(one, Copy)
    ]


def test_a_build_after_it_sees_its_wheels_where_it_sees_packages() -> None:
    """Before the environment's own programs are found first: pip is the builder's."""
    later = '  build tools with packages after ops < run "make"; keeps "/opt/tools" >\n>'
    steps = stages(planned(PROGRAM.rstrip().removesuffix(">") + later))["before-tools"]
    (install,) = ran(steps, *LEFT)[1:]
    assert "--prefix" not in install
    search = Variables((("PATH", "/opt/venv/bin:${PATH}"),), frozenset({"PATH"}))
    assert steps.index(RunExact(install, LEFT)) < steps.index(search)
    blind = stages(planned(PROGRAM.rstrip().removesuffix(">") + later.replace(" with packages", "")))["before-tools"]
    assert ran(blind, *LEFT) == []


def test_what_a_program_decides_of_its_needs_is_not_checked() -> None:
    ruled = PROGRAM.replace("pip numpy", 'override numpy <2 because "it is"\n  pip numpy').replace(
        "ops 1.0", "ops[gpu] 1.0"
    )
    (check,) = ran(stages(planned(ruled))["wheels"])
    assert check[-2:] == ("numpy", "ops[gpu]")
    bare = planned(PROGRAM.replace("ops 1.0.0 from build ops", "< ops 1.0.0 from build ops without deps >"))
    assert ran(stages(bare)["wheels"]) == []
    assert ran(stages(bare)["wheels"], *LEFT)


def test_the_hash_knows_the_build_and_the_version() -> None:
    given = {
        hash_of(planned(text)).environment
        for text in (
            PROGRAM,
            PROGRAM.replace("1.0.0", "1.0.1"),
            PROGRAM.replace("-d /wheels", "-d /wheels -v"),
            PROGRAM.replace("ops 1.0.0", "ops[gpu] 1.0.0"),
        )
    }
    assert len(given) == 4


def test_a_list_for_people_says_where_it_is_made() -> None:
    text = emit(planned(), hash_of(planned()))["requirements.txt"]
    assert "# ops 1.0.0 is not here: the image builds it of the wheel that `build ops` leaves" in text


def wheel(folder: Path, name: str, version: str, *requires: str, tag: str = "py3-none-any") -> None:
    """Write a wheel that holds its metadata alone."""
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {one}" for one in requires),
    ]
    lines += [f"Provides-Extra: {extra}" for extra in ("gpu", "fast")]
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as file:
        file.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(lines) + "\n")


def script(name: str, *arguments: str) -> str:
    """Run a script as the builder does; return what it says."""
    command = [sys.executable, "-c", script_text(name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == bool(done.stderr), done.stderr
    return done.stderr.strip()


@pytest.mark.parametrize(
    ("version", "tag", "wanted", "said"),
    [
        ("1.0.0", "py3-none-any", "ranker-tools==1.0", ""),
        ("1.0.0+cu12", "py3-none-any", "ranker-tools==1.0.0+cu12", ""),
        (
            "1.0.0+cu12",
            "py3-none-any",
            "ranker-tools==1.0.0",
            "made ranker-tools 1.0.0+cu12, and the program says 1.0.0",
        ),
        ("1.0.1", "py3-none-any", "ranker-tools==1.0.0", "build b made ranker-tools 1.0.1, and the program says 1.0.0"),
        (
            "1.0.0",
            "cp27-cp27m-any",
            "ranker-tools==1.0.0",
            "for another Python or platform: Ranker_tools-1.0.0-cp27-cp27m",
        ),
        (
            "1.0.0",
            "py3-none-any",
            "other==1.0.0",
            "left no wheel of other in /wheels: Ranker_tools-1.0.0-py3-none-any.whl",
        ),
    ],
)
def test_what_a_build_left_is_what_the_program_says(
    tmp_path: Path, version: str, tag: str, wanted: str, said: str
) -> None:
    wheel(tmp_path, "Ranker_tools", version, tag=tag)
    found = script("check_wheels", str(tmp_path), "b", wanted)
    assert said in found if said else found == ""


def test_other_versions_and_files_may_lie_beside_the_right_wheel(tmp_path: Path) -> None:
    """pip takes the one that is asked for; of what is no wheel's name it takes nothing."""
    wheel(tmp_path, "ranker", "1.1")
    (tmp_path / "ranker-x.y-py3-none-any.whl").touch()
    asked = ("check_wheels", str(tmp_path), "b", "ranker==1.0")
    assert script(*asked) == "build b made ranker 1.1, and the program says 1.0"
    wheel(tmp_path, "ranker", "1.0")
    assert script(*asked) == ""


def test_a_build_that_left_nothing_fails(tmp_path: Path) -> None:
    said = script("check_wheels", str(tmp_path), "b", "ops==1", "tools==2")
    assert said.splitlines() == [
        f"build b left no wheel of {name} in /wheels: there is none at all" for name in ("ops", "tools")
    ]


def installed(place: Path, *wheels: tuple[str, ...]) -> None:
    """Lay what wheels say of themselves into a folder of packages."""
    for name, version, *requires in wheels:
        wheel(place / "files", name, version, *requires)
        zipfile.ZipFile(place / "files" / f"{name}-{version}-py3-none-any.whl").extractall(place)


@pytest.mark.parametrize(
    ("asked", "overridden", "said"),
    [
        (
            "ops",
            "",
            [
                "ops needs Six>=1.16, and the environment has six 1.15.0",
                "ops needs lacking_one, and the environment has no lacking-one",
            ],
        ),
        ("ops", "six", ["ops needs lacking_one, and the environment has no lacking-one"]),
        (
            "ops[fast]",
            "six,lacking-one",
            [
                "ops needs lacking_one, and the environment has no lacking-one",
                "tools[gpu]>=1 needs kernels<2, and the environment has kernels 2.0",
            ],
        ),
    ],
)
def test_what_a_wheel_asks_for_and_the_environment_lacks_is_named(
    tmp_path: Path, asked: str, overridden: str, said: list[str]
) -> None:
    """By its version, but of what an override decides; markers and extras count, those of what it asks for, too."""
    needs = ("Six>=1.16", "lacking_one", "never; python_version < '3'", "tools[gpu]>=1; extra == 'fast'")
    installed(tmp_path, ("ops", "1.0", *needs), ("six", "1.15.0"), ("kernels", "2.0"))
    installed(tmp_path, ("tools", "1.1", "nobody-looks", "kernels<2; extra == 'gpu'"))
    found = script("check_needs", sys.executable, str(tmp_path), overridden, asked)
    assert found.splitlines() == said
