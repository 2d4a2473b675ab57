"""The .dockerignore of the Dockerfile: everything is left out but what the stages copy."""

from __future__ import annotations

from envc.lock.source_tree import JUNK
from envc.plan.hash import PlanHash
from envc.plan.plan import Plan

_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\*?["})


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:  # noqa: ARG001  # every target takes both
    """Return `Dockerfile.dockerignore`, which BuildKit reads for a Dockerfile of that name."""
    allowed = {f"{plan.placement.lock}/{group.file}" for group in plan.packages}
    allowed |= {plan.placement.at_root(copy.source) for copy in plan.source}
    exact = {
        plan.placement.at_root(artifact.location)
        for artifact in plan.data
        if artifact.delivery == "copied" and artifact.location and "://" not in artifact.location
    }
    ignored = sorted({pattern for copy in plan.source for pattern in copy.ignored})
    lines = [
        "# What the Dockerfile copies, and nothing else, is sent to the builder.",
        "**",
        *(_allow(path) for path in sorted(allowed)),
        "# Never, wherever it lies.",
        *(f"**/{pattern}" for pattern in sorted(JUNK)),
    ]
    if ignored:
        lines += [
            "# The program's own `ignore`.",
            *(pattern if "/" in pattern else f"**/{pattern}" for pattern in ignored),
        ]
    if exact:
        lines += ["# Data and weights, whole.", *(_allow(path) for path in sorted(exact))]
    return {"Dockerfile.dockerignore": "\n".join(lines) + "\n"}


def _allow(path: str) -> str:
    return "!**" if path == "." else f"!{path.translate(_SPECIAL)}"
