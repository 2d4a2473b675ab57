"""Toolchains in the stages that compile: copied out of official images, which the image that runs has nothing of."""

from __future__ import annotations

from envc.plan.plan import Plan
from envc.targets.dockerfile.instructions import Copy, Instruction, Run, Variables
from envc.targets.dockerfile.quoting import because


def copy_toolchains(plan: Plan) -> list[Instruction]:
    """Return the steps that bring them into a stage; none where the plan has none."""
    if not plan.toolchains:
        return []
    chains = plan.toolchains
    copies = [Copy(path, path, stage=one.image, link=True) for one in chains for path in one.paths]
    links = tuple(("ln", "-s", target, path) for one in chains for path, target in one.links)
    programs = [folder for one in chains for folder in one.programs]
    variables = [pair for one in chains for pair in one.variables]
    variables += [("PATH", ":".join((*programs, "${PATH}")))] if programs else []
    return [
        *because(plan, "toolchains", texts=("for building alone",)),
        *copies,
        *([Run(links)] if links else []),
        *([Variables(tuple(sorted(variables)), frozenset({"PATH"}))] if variables else []),
    ]
