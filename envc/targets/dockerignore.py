"""The .dockerignore of the Dockerfile: everything is left out but what the stages copy."""

from __future__ import annotations

from envc.lock.source_tree import JUNK, JUNK_AT_ROOT
from envc.plan.hash import PlanHash
from envc.plan.plan import Plan
from envc.targets import apt_files

_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\*?["})


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:
    """Return `Dockerfile.dockerignore`, which BuildKit reads for a Dockerfile of that name."""
    allowed = {plan.placement.at_root(copy.source) for copy in plan.sent}
    groups = [*plan.packages, *(group for build in plan.built for group in build.tools)]
    exact = {f"{plan.placement.lock}/{group.file}" for group in groups}
    exact |= {
        plan.placement.at_root(artifact.location)
        for artifact in plan.data
        if artifact.delivery == "copied" and artifact.location and "://" not in artifact.location
    }
    exact |= {f"{plan.placement.lock}/{plan.conda.file}"} if plan.conda else set()
    exact |= {plan.placement.at_root(patch.path) for patch in plan.patches}
    exact |= {plan.placement.at_root(wheel.location) for wheel in plan.wheels if "://" not in wheel.location}
    ignored = sorted({pattern for copy in plan.sent for pattern in copy.ignored})
    lines = [
        "# What the Dockerfile copies, and nothing else, is sent to the builder.",
        "**",
        *(_allow(path) for path in sorted(allowed)),
        "# Never, wherever it lies.",
        *(f"**/{pattern}" for pattern in sorted(JUNK)),
        *(pattern.removeprefix("/") for pattern in sorted(JUNK_AT_ROOT)),
    ]
    if ignored:
        lines += [
            "# The program's own `ignore`.",
            *(plan.placement.at_root(pattern) if "/" in pattern else f"**/{pattern}" for pattern in ignored),
        ]
    if exact:
        lines += [
            "# Whole, whatever their names: the lock, and what `data` and `weights` copy."
            if not (plan.patches or plan.wheels)
            else "# Whole, whatever their names: the lock, wheels, patches, and what `data` and `weights` copy.",
            *(_allow(path) for path in sorted(exact)),
        ]
    made = sorted(f"{plan.placement.output}/{name}" for name in apt_files.emit(plan, hashes))
    if made:
        lines += ["# Keys of repositories, and checksums of system packages.", *map(_allow, made)]
    return {"Dockerfile.dockerignore": "\n".join(lines) + "\n"}


def _allow(path: str) -> str:
    return "!**" if path == "." else f"!{path.translate(_SPECIAL)}"
