"""`kubernetes.yaml`: the container as objects of Kubernetes, when the program says `target kubernetes`."""

from __future__ import annotations

from envc.plan.hash import PlanHash
from envc.plan.plan import Plan


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:
    """Return `kubernetes.yaml`, or nothing when the program does not ask for it."""
    target = plan.target("kubernetes")
    if target is None:
        return {}
    from envc.targets._yaml import print_yaml
    from envc.targets.kubernetes.objects import comment, objects

    return {"kubernetes.yaml": print_yaml(comment(plan, hashes, target), objects(plan, hashes, target))}
