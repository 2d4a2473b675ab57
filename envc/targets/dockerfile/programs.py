"""Programs that are compiled: each in a stage of its own, of which what is new below the kept paths comes along.

What lay there before (the builder's Python, apt's packages) stays behind, as does what only compiling needs:
`kept_files.py`. What compiles is the image of the builder, or where the image that runs has no Python, its base.
"""

from __future__ import annotations

from collections.abc import Callable

from envc.plan.plan import Plan
from envc.plan.program_parts import PlannedProgram
from envc.plan.variables import CERTIFICATES as AUTHORITIES
from envc.targets.dockerfile.apt import install
from envc.targets.dockerfile.builder_files import add_builder_files
from envc.targets.dockerfile.copied_python import copy_python_to_builder
from envc.targets.dockerfile.downloads import CERTIFICATES
from envc.targets.dockerfile.instructions import (
    Blank,
    Comment,
    Copy,
    From,
    Instruction,
    Mount,
    RunExact,
    Variables,
    WorkingDirectory,
)
from envc.targets.dockerfile.kept_files import keep, stage_before
from envc.targets.dockerfile.own_python import as_root, as_root_where_python_is_copied
from envc.targets.dockerfile.quoting import because
from envc.targets.dockerfile.sources import FOLDER, FURTHER
from envc.targets.dockerfile.toolchains import copy_toolchains
from envc.targets.dockerfile.wheels_of_builds import WHEELS, see_wheels

Packages = Callable[[Plan, str], list[Instruction]]


def build_stages(plan: Plan, packages: Packages = install) -> list[Instruction]:
    """Return the stages of each build. `packages` is how system packages are installed."""
    return [step for one in plan.programs for step in _stages(plan, one, packages)]


def _stages(plan: Plan, one: PlannedProgram, packages: Packages) -> list[Instruction]:
    """Return the stages of one build: before its steps, behind them, and what of it is kept."""
    if not one.kept:
        return [*_prepared(plan, one, packages, one.stage), *_commands(one.commands, follow=True)]
    return [
        *_prepared(plan, one, packages, stage_before(one)),
        Blank(),
        From(stage_before(one), one.stage),
        *_commands(one.commands, follow=False),
        *keep(plan, one),
    ]


def _prepared(plan: Plan, one: PlannedProgram, packages: Packages, stage: str) -> list[Instruction]:
    """Return the stage that has all that the steps of a build find."""
    return [
        Blank(),
        *because(plan, texts=(title_of(one), f"compiled without network; {_reason(one)}")),
        From(plan.base.builder, stage),
        *(as_root_where_python_is_copied(plan) if plan.base.steps else as_root(plan)),
        *copy_python_to_builder(plan),
        *(packages(plan, one.stage) if one.packages else []),
        *copy_toolchains(plan),
        *add_builder_files(plan),
        *_environment(plan, one),
        Variables(one.variables),
        *_source(plan, one),
        WorkingDirectory(FOLDER),
        *_results(plan, one),
        *_fetched(plan, one),
        *([RunExact(("mkdir", "-p", WHEELS))] if one.leaves_wheels else []),
    ]


def _commands(commands: tuple[tuple[str, ...], ...], *, follow: bool) -> list[Instruction]:
    """Return the steps, each a command of its own; with `follow` a step of envc's own may stand before the first."""
    steps: list[Instruction] = []
    for number, command in enumerate(commands):
        steps += [Comment(("hadolint ignore=DL3059",))] if follow or number else []
        steps.append(RunExact(command))
    return steps


def title_of(one: PlannedProgram) -> str:
    """Return what is compiled, for whoever reads the stages."""
    compiled = " ".join(filter(None, (one.source or one.folder, *one.further)))
    return f"build {one.name} from {compiled}" if compiled else f"build {one.name}"


def _reason(one: PlannedProgram) -> str:
    if not one.kept:
        return "the wheels that it leaves are installed"
    also = ", and the wheels that it leaves are installed" if one.leaves_wheels else ""
    return f"what is new below the kept paths comes into the image{also}"


def _environment(plan: Plan, one: PlannedProgram) -> list[Instruction]:
    """Return the steps that lay the environment's packages in their place, for a build that sees them."""
    if not one.sees_packages:
        return []
    environment = plan.its_python.environment
    search = Variables((("PATH", f"{environment}/bin:${{PATH}}"),), frozenset({"PATH"}))
    return [Copy(environment, environment, stage="builder", link=True), *see_wheels(plan, one), search]


def _source(plan: Plan, one: PlannedProgram) -> list[Copy]:
    if one.folder is not None:
        return [Copy(plan.placement.at_root(one.folder), f"{FOLDER}/")]
    stages = {source.name: source.stage for source in plan.sources}
    first = [Copy(FOLDER, FOLDER, stage=stages[one.source])] if one.source else []
    return [*first, *(Copy(FOLDER, f"{FURTHER}/{name}", stage=stages[name]) for name in one.further)]


def _results(plan: Plan, one: PlannedProgram) -> list[Instruction]:
    """Return the steps that lay what other builds keep in its place, with what only compiling needs of it."""
    copies = [
        Copy(path, path, stage=other.stage) for other in plan.programs if other.name in one.after for path in other.kept
    ]
    return [*copies, RunExact(("ldconfig",))] if copies else []


def _fetched(plan: Plan, one: PlannedProgram) -> list[Instruction]:
    """Return the steps that fetch packages, with the certificates of authorities where the image may have none."""
    if not one.fetches:
        return []
    fetch = [RunExact(command, (CERTIFICATES,), network=True) for command in one.fetches]
    if plan.base.steps is None:
        return [*fetch]
    there = 'test -e "$1" || { mkdir -p "${1%/*}" && cp "/mnt$1" "$1"; }'
    mount = Mount("bind", (("from", plan.base.steps), ("target", "/mnt")))
    return [RunExact(("/bin/sh", "-euc", there, "sh", AUTHORITIES), (mount,)), *fetch]
