"""`plan.json`: every decision, and the hashes of its branches."""

from __future__ import annotations

import json

from envc.plan.hash import PlanHash
from envc.plan.plan import Plan


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:
    """Return `plan.json`."""
    content = {
        "hashes": {
            "environment": hashes.environment,
            "reproducibility": hashes.reproducibility,
            "branches": dict(hashes.branches),
        },
        "plan": plan.model_dump(mode="json"),
    }
    return {"plan.json": json.dumps(content, indent=1, sort_keys=True, ensure_ascii=True) + "\n"}
