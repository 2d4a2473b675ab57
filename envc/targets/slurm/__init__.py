"""`slurm.sbatch`: the container as a batch job of Slurm, when the program says `target slurm`."""

from __future__ import annotations

from envc.plan.hash import PlanHash
from envc.plan.plan import Plan


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:
    """Return `slurm.sbatch`, or nothing when the program does not ask for it."""
    target = plan.target("slurm")
    if target is None:
        return {}
    from envc.targets.slurm.script import script

    return {"slurm.sbatch": script(plan, hashes, target)}
