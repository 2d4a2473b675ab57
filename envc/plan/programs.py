"""What is compiled from sources, step by step."""

from __future__ import annotations

from collections.abc import Iterable

from envc.knowledge.fetchers import Fetcher
from envc.knowledge.library import shipped_library
from envc.language.build_order import in_order
from envc.language.environment import Environment
from envc.language.facets import Accelerator
from envc.language.outside_facets import Fetching, ProgramBuild
from envc.language.package_builds import leaves_wheels
from envc.lock.model import Lock
from envc.plan.program_parts import PlannedProgram
from envc.plan.variables import builder_variables_of

#: What compilers and packers write in place of today: 1980-01-01, the oldest that a ZIP archive can hold.
_EPOCH = "315532800"


def programs_of(environment: Environment, lock: Lock) -> tuple[PlannedProgram, ...]:
    """Return the programs that are compiled, sorted by name, and each behind those that it needs."""
    ordered = in_order(environment.every(ProgramBuild))
    needed = _needed(ordered)
    return tuple(
        PlannedProgram(
            name=facet.name,
            source=facet.source,
            packages=facet.packages,
            variables=tuple(sorted(_variables(environment, lock, facet).items())),
            commands=facet.commands,
            kept=facet.kept,
            after=tuple(sorted(needed[facet.name])),
            fetches=tuple(map(_fetching, facet.fetches)),
            folder=facet.folder,
            sees_packages=facet.sees_packages,
            further=facet.further,
            leaves_wheels=leaves_wheels(environment, facet.name),
        )
        for facet in ordered
    )


def _fetcher(name: str) -> Fetcher:
    """Return what is known of what fetches packages; the word `build` takes no name that is not."""
    return next(one for one in shipped_library().fetchers() if one.name == name)


def _fetching(one: Fetching) -> tuple[str, ...]:
    """Return the command, which a shell starts in another folder: not each of the programs takes one of any age."""
    command = _fetcher(one.program).command
    if one.folder == ".":
        return command
    return ("/bin/sh", "-euc", 'cd "$1"; shift; exec "$@"', "sh", one.folder, *command)


def _needed(ordered: Iterable[ProgramBuild]) -> dict[str, frozenset[str]]:
    """Return the builds that each needs, and what those need themselves; each stands behind those that it names."""
    found: dict[str, frozenset[str]] = {}
    for one in ordered:
        found[one.name] = frozenset(one.after).union(*(found[other] for other in one.after))
    return found


def _variables(environment: Environment, lock: Lock, facet: ProgramBuild) -> dict[str, str]:
    """Return what compilers and what drives them read."""
    found = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "SOURCE_DATE_EPOCH": _EPOCH,
        **dict(builder_variables_of(environment, lock)),
    }
    accelerator = environment.one(Accelerator)
    if accelerator and accelerator.architectures and not accelerator.rocm:
        found["CUDAARCHS"] = ";".join(map(_for_cmake, accelerator.architectures))
    for program in sorted({one.program for one in facet.fetches}):
        pairs = (pair.partition("=") for pair in _fetcher(program).variables)
        found |= {name: value for name, _, value in pairs}
    if facet.jobs:
        jobs = str(facet.jobs)
        found |= {"CARGO_BUILD_JOBS": jobs, "CMAKE_BUILD_PARALLEL_LEVEL": jobs, "MAKEFLAGS": f"-j{jobs}"}
        found["MAX_JOBS"] = jobs
    return found


def _for_cmake(architecture: str) -> str:
    """Return a compute capability as CMake takes it: `80-real` for code alone, `86` for what newer GPUs compile."""
    number = architecture.removesuffix("+PTX").replace(".", "")
    return number if architecture.endswith("+PTX") else f"{number}-real"
