"""`compose.yaml`: the container as a service of Docker Compose, when the program says `target compose`."""

from __future__ import annotations

from envc.plan.hash import PlanHash
from envc.plan.plan import Plan


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:
    """Return `compose.yaml`, or nothing when the program does not ask for it."""
    target = plan.target("compose")
    if target is None:
        return {}
    from envc.targets._yaml import print_yaml
    from envc.targets.compose.project import comment, project

    return {"compose.yaml": print_yaml(comment(plan, hashes), [project(plan, hashes, target)])}
