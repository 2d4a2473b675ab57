"""Builds of several sources: the steps start in the first, and each further one has a folder of its name."""

from __future__ import annotations

import pytest

from envc.plan.hash import hash_of
from envc.targets.dockerfile.instructions import Copy, WorkingDirectory
from envc.targets.dockerfile.programs import title_of
from envc.targets.dockerfile.vendored import vendored_instructions
from tests.unit.plan.planning import plan
from tests.unit.plan.test_copied_python import stage
from tests.unit.plan.test_programs import stages
from tests.unit.plan.test_without_python import dockerfile
from tests.unit.plan.test_without_python import plan as plan_without_python

PROGRAM = """
env train <
  {python}
  source opencv from git "https://example.org/opencv" tag v1
  source extra from git "https://example.org/extra" tag v1
  source contrib from git "https://example.org/contrib" tag v1
  build opencv from {sources} < run "make"; keeps "/opt/opencv" >
  run "/opt/opencv/bin/annotate"
>
"""


def text(sources: str, python: str = "python 3.12") -> str:
    return PROGRAM.format(python=python, sources=sources)


def test_the_first_is_where_the_steps_start_and_the_others_lie_by_name() -> None:
    made = stages(plan(text("opencv extra contrib")))["before-opencv"]
    copies = [one for one in made if isinstance(one, Copy)]
    assert copies == [
        Copy("/source", "/source", stage="source-opencv"),
        Copy("/source", "/sources/contrib", stage="source-contrib"),
        Copy("/source", "/sources/extra", stage="source-extra"),
    ]
    assert made.index(copies[-1]) < made.index(WorkingDirectory("/source"))


def test_only_which_is_the_first_is_said_by_their_order() -> None:
    hashes = {order: hash_of(plan(text(order))) for order in ("opencv extra contrib", "opencv contrib extra")}
    assert len(set(hashes.values())) == 1
    assert hash_of(plan(text("contrib opencv extra"))) not in hashes.values()


def test_one_that_stands_twice_is_one() -> None:
    """It is warned of; where the steps start it does not lie again."""
    given = plan(text("opencv contrib opencv contrib"))
    assert (given.programs[0].source, given.programs[0].further) == ("opencv", ("contrib",))


def test_a_build_of_one_source_is_planned_as_ever() -> None:
    (program,) = plan(text("opencv")).programs
    assert "further" not in program.model_dump()
    assert title_of(program) == "build opencv from opencv"


@pytest.mark.parametrize("sources", ["opencv", "opencv contrib", "opencv contrib after extra", "run", "opencv apt2"])
def test_its_block_may_stand_behind_its_sources(sources: str) -> None:
    """Where a word of it begins the names end; the first name is one whatever it is called."""
    build = 'build opencv from {} {} run "make" "-j" {} keeps "/opt/opencv" {}'
    others = 'build extra from extra < run "make"; keeps "/opt/extra" >'
    more = "\n".join(f'source {one} from git "https://example.org/x" tag v1 at "/opt/{one}"' for one in ("run", "apt2"))
    whole, line, mixed = (
        PROGRAM.replace('build opencv from {sources} < run "make"; keeps "/opt/opencv" >', f"{more}\n{others}\n{one}")
        for one in (
            build.format(sources, "<", ";", ">"),
            build.format(sources, "", "", ""),
            build.format(sources, "", "<", ">"),
        )
    )
    plans = [plan(one.format(python="python 3.12")).programs for one in (whole, line, mixed)]
    assert plans[0] == plans[1] == plans[2]
    assert plans[0][-1].commands == (("make", "-j"),)


def test_the_title_names_all() -> None:
    (program,) = plan(text("opencv extra contrib")).programs
    assert title_of(program) == "build opencv from opencv contrib extra"


def test_without_a_python_and_without_network_they_lie_there_too() -> None:
    lines = [
        f'COPY --from=source-{name} ["/source", "{path}"]'
        for name, path in (("opencv", "/source"), ("contrib", "/sources/contrib"))
    ]
    made = stage(dockerfile(plan_without_python(text("opencv contrib", 'base "team/ml:7"'))), "before-opencv")
    assert [line for line in made.splitlines() if "--from=source-" in line] == lines
    given = plan(text("opencv contrib"))
    copies = [one for one in vendored_instructions(given, hash_of(given)) if isinstance(one, Copy)]
    assert Copy("/source", "/sources/contrib", stage="source-contrib") in copies
