"""What is compiled from sources, step by step."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.facets import Accelerator
from envc.language.outside_facets import ProgramBuild
from envc.lock.model import Lock
from envc.plan.program_parts import PlannedProgram
from envc.plan.variables import builder_variables_of

#: What compilers and packers write in place of today: 1980-01-01, the oldest that a ZIP archive can hold.
_EPOCH = "315532800"


def programs_of(environment: Environment, lock: Lock) -> tuple[PlannedProgram, ...]:
    """Return the programs that are compiled, sorted by name."""
    return tuple(
        PlannedProgram(
            name=facet.name,
            source=facet.source,
            packages=facet.packages,
            variables=tuple(sorted(_variables(environment, lock, facet).items())),
            commands=facet.commands,
            kept=facet.kept,
        )
        for facet in sorted(environment.every(ProgramBuild), key=lambda facet: facet.name)
    )


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
    if facet.jobs:
        jobs = str(facet.jobs)
        found |= {"CARGO_BUILD_JOBS": jobs, "CMAKE_BUILD_PARALLEL_LEVEL": jobs, "MAKEFLAGS": f"-j{jobs}"}
        found["MAX_JOBS"] = jobs
    return found


def _for_cmake(architecture: str) -> str:
    """Return a compute capability as CMake takes it: `80-real` for code alone, `86` for what newer GPUs compile."""
    number = architecture.removesuffix("+PTX").replace(".", "")
    return number if architecture.endswith("+PTX") else f"{number}-real"
