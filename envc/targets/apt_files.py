"""Files that the Dockerfile reads while it installs from repositories: their keys, and checksums of all packages."""

from __future__ import annotations

from base64 import b64decode

from envc.lock.openpgp import armoured
from envc.plan.hash import PlanHash
from envc.plan.plan import Plan
from envc.plan.system_parts import PlannedSystemPackage

#: Where apt keeps what it has fetched.
_FETCHED = "/var/cache/apt/archives"


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:  # noqa: ARG001  # every target takes both
    """Return `apt.NAME.asc` for each repository, and `apt.STAGE.sha256` for each stage that takes packages from one."""
    files = {}
    for distribution in plan.apt.distributions:
        for one in distribution.repositories:
            files[one.key_file] = armoured(b64decode(one.key))
        if distribution.repositories:
            lines = (
                f"{one.sha256}  {fetched_file(one)}\n"
                for one in plan.apt.packages_of(distribution.stage)
                if not one.address
            )
            files[distribution.checksums_file] = "".join(sorted(lines))
    return files


def fetched_file(package: PlannedSystemPackage) -> str:
    """Return where apt puts the file of a package: what cannot stand in a name is quoted, as in an address."""
    name, version = (text.replace("%", "%25").replace(":", "%3a") for text in (package.name, package.version))
    return f"{_FETCHED}/{name}_{version}_{package.architecture}.deb"
