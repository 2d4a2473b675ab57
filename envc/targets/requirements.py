"""`requirements.txt`: every package with its hashes in one file, for scanners and for people without Docker."""

from __future__ import annotations

from envc.lock.requirements import Pin, block
from envc.plan.hash import PlanHash
from envc.plan.package_parts import PackageGroup
from envc.plan.plan import Plan


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:
    """Return `requirements.txt`, sorted by name."""
    pins = sorted(
        (package.name, group.index, Pin(package.name, package.version, package.hashes))
        for group in plan.packages
        for package in group.packages
    )
    lines = [
        f"# All packages of the environment `{plan.name}`, for Python {plan.python.minor} on {plan.base.platform}.",
        f"# environment hash {hashes.environment}",
        "# pip install --no-deps --require-hashes -r requirements.txt",
    ]
    named = {group.index: group for group in plan.packages if group.index}
    lines += [f"# add {_option(group)} {group.address} for {index}" for index, group in sorted(named.items())]
    return {"requirements.txt": "\n".join(lines) + "\n" + "".join(block(pin) for _, _, pin in pins)}


def _option(group: PackageGroup) -> str:
    return "--find-links" if group.links else "--extra-index-url"
