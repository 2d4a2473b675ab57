"""Wheels that builds left, installed in a stage on top of the builder: what builds them may see all other packages.

Each is the version of the lock, and what its metadata asks for is in the environment, or the build of the image fails
and says what lacks. Folders of the project are installed beside them, and looked into here.
"""

from __future__ import annotations

from posixpath import dirname

from envc.plan.built_parts import PlannedBuiltPackage
from envc.plan.plan import INSTALLER, Plan
from envc.plan.program_parts import PlannedProgram
from envc.targets.dockerfile.built import pip
from envc.targets.dockerfile.byte_code import compile_elsewhere
from envc.targets.dockerfile.instructions import Blank, Comment, Copy, From, Instruction, Mount, RunExact, Variables
from envc.targets.dockerfile.own_python import bring_pip
from envc.targets.dockerfile.projects import INSTALLED as PROJECT
from envc.targets.dockerfile.quoting import because
from envc.targets.dockerfile.scripts import script_text

#: Where the steps of a build leave wheels.
WHEELS = "/wheels"
#: What is installed lies here as it will lie in the environment.
_INSTALLED = "/opt/wheels"
#: Exists in every image, and is empty.
_MOUNTED = "/mnt"
_NEXT = Comment(("hadolint ignore=DL3059",))  # each is a command of its own


def wheel_stage(plan: Plan) -> list[Instruction]:
    """Return the stage that installs the wheels; none where no build leaves one."""
    packages = [one for one in plan.built if one.build]
    if not packages:
        return []
    reason = "wheels that builds left; each is the version of the lock, and what it asks for is there"
    clauses = (f"built {one.name}" for one in packages)
    steps: list[Instruction] = [Blank(), *because(plan, *clauses, texts=(reason,)), From("builder", "wheels")]
    for program in plan.programs:
        if program.leaves_wheels:
            steps += _install(plan, program, "--prefix", _INSTALLED)
    return [*steps, *_check(plan, packages), _NEXT, compile_elsewhere(plan, _INSTALLED)]


def see_wheels(plan: Plan, one: PlannedProgram) -> list[Instruction]:
    """Return the steps that install what other builds left, for a build that sees packages and comes after them."""
    others = [other for other in plan.programs if other.leaves_wheels and other.name in one.after]
    if not (others and one.sees_packages):
        return []
    bent = plan.base.python.variables if plan.base.python else ()
    variables = [Variables(tuple((name, "") for name in bent))] if bent else []
    return [*variables, *bring_pip(plan), *(step for other in others for step in _install(plan, other))]


def _install(plan: Plan, program: PlannedProgram, *where: str) -> list[Instruction]:
    """Return the steps that install what one build left. Found by their names, wheels leave no path of the builder."""
    names = [f"{one.name}=={one.version}" for one in plan.built if one.build == program.name]
    mounts = (Mount("bind", (("from", program.stage), ("source", WHEELS), ("target", _MOUNTED))),)
    install = [*pip(plan, f"{plan.its_python.environment}/bin/python"), "install", "--no-deps", "--no-index"]
    install += ["--no-compile", "--no-cache-dir", "--find-links", _MOUNTED, *where, *names]
    find = (plan.base.program, "-c", _code(plan, "check_wheels"), _MOUNTED, program.name, *names)
    return [_NEXT, RunExact(find, mounts), _NEXT, RunExact(tuple(install), mounts)]


def _check(plan: Plan, packages: list[PlannedBuiltPackage]) -> list[Instruction]:
    """Return the step that sees whether what the wheels ask for is there; none where it does not count."""
    asking = [one for one in packages if not one.bare]
    if not asking:
        return []
    library = f"lib/python{plan.its_python.minor}/site-packages"
    projects = any(one.folder is not None for one in plan.built)
    mounts = (Mount("bind", (("from", "project"), ("source", PROJECT), ("target", _MOUNTED))),) if projects else ()
    folders = [f"{_INSTALLED}/{library}", *([f"{_MOUNTED}/{library}"] if projects else [])]
    overridden = ",".join(sorted({name for one in asking for name in one.overridden}))
    names = [f"{one.name}[{','.join(one.extras)}]" if one.extras else one.name for one in asking]
    told = (f"{plan.its_python.environment}/bin/python", ":".join(folders), overridden, *names)
    return [_NEXT, RunExact((plan.base.program, "-c", _code(plan, "check_needs"), *told), mounts)]


def _code(plan: Plan, name: str) -> str:
    """Return a script that finds pip's modules. No variable says where: the environment's Python reads it."""
    found = f'import sys\nsys.path.insert(0, "{dirname(INSTALLER)}")\n' if plan.base.installer else ""
    return found + script_text(name)


def add_wheels(plan: Plan) -> list[Instruction]:
    """Return the step that brings what was installed into the image, into the environment that is there."""
    return [Blank(), Copy(_INSTALLED, plan.its_python.environment, stage="wheels", link=True)]
