"""Packages that come as files: fetched and checked in a stage of their own, which the step that installs looks into."""

from __future__ import annotations

from collections.abc import Iterable

from envc.plan.plan import Plan
from envc.plan.system_parts import PlannedSystemPackage
from envc.targets.dockerfile.instructions import AddRemote, Blank, From, Instruction, Mount
from envc.targets.dockerfile.quoting import because

_MOUNTED = "/run/package-files"
_MODE = "u=rw,go=r"


def file_stages(plan: Plan) -> list[Instruction]:
    """Return a stage for each one that installs packages from files. Nothing of them is in a layer of the image."""
    steps: list[Instruction] = []
    for stage in dict.fromkeys(one.stage for one in plan.apt.packages if one.address):
        files = plan.apt.files_of(stage)
        steps += [*because(plan, texts=("packages that come as files, checked",)), From("scratch", _stage_of(stage))]
        steps += [AddRemote(one.address or "", f"/{one.name}.deb", one.sha256, _MODE) for one in files]
        steps.append(Blank())
    return steps


def mounts_of(packages: Iterable[PlannedSystemPackage]) -> tuple[Mount, ...]:
    """Return the mount of the files of a stage's packages, where some are files."""
    stages = dict.fromkeys(one.stage for one in packages if one.address)
    return tuple(Mount("bind", (("from", _stage_of(stage)), ("target", _MOUNTED))) for stage in stages)


def asked_for(package: PlannedSystemPackage) -> str:
    """Return how apt is asked for a package: its exact version, or its file."""
    return f"{_MOUNTED}/{package.name}.deb" if package.address else f"{package.name}={package.version}"


def _stage_of(stage: str) -> str:
    return f"package-files-{stage}"
