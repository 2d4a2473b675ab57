"""What all manifests share: how they begin, and how the image is called. A name that begins with `_` is no target."""

from __future__ import annotations

from envc.plan.hash import PlanHash
from envc.plan.manifests import MADE_BY
from envc.plan.plan import Plan
from envc.plan.target_parts import PlannedTarget

HASH = "dev.envc.hash"
ENVIRONMENT_HASH = "dev.envc.environment-hash"


def head(what: str, plan: Plan, hashes: PlanHash) -> list[str]:
    """Return the first lines of a comment."""
    return [
        f"{what} of the environment {plan.name}, {MADE_BY}. Change the program and compile again.",
        f"reproducibility hash {hashes.reproducibility}",
        f"environment hash     {hashes.environment}",
    ]


def image_of(plan: Plan, hashes: PlanHash, target: PlannedTarget) -> str:
    """Return the image: where it is pulled from, or its name on this machine, and the hash as its tag."""
    return f"{target.image or plan.name}:{hashes.short}"


def variables_of(plan: Plan, target: PlannedTarget, *, several_machines: bool) -> dict[str, str]:
    """Return the variables that are not in the image: the fabric's, and over them those of this place.

    One that lists folders stands in place of the image's: it has those of the program, too.
    """
    fabric = plan.run.fabric if several_machines else None
    found = dict(fabric.variables if fabric else ())
    found |= {name: ":".join((*folders, found[name])) for name, folders in plan.settings.search if name in found}
    return {**found, **dict(target.variables)}
