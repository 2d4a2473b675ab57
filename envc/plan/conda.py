"""Conda packages, as the lock has them."""

from __future__ import annotations

from collections.abc import Mapping

from envc.language.conda_names import PREFIX
from envc.lock.locked_conda import list_name
from envc.lock.model import Lock
from envc.plan.conda_parts import CondaPart, PlannedChannel, PlannedCondaPackage

#: Where packages lie on a base that has something of its own there.
PREFIX_BESIDE = "/opt/conda-packages"


def channel_name(channel: str) -> str:
    """Return what the address of a channel is called among the addresses of indexes."""
    return f"channel {channel}"


def plan_conda(lock: Lock, addresses: Mapping[str, str]) -> CondaPart | None:
    """Return the packages of a lock, or None. `addresses` say by `channel_name` where channels are."""
    if not lock.conda or lock.conda_installer is None:
        return None
    beside = bool(lock.obstacles and lock.obstacles.conda) or (
        lock.base_python is not None
        and any(path.startswith(f"{PREFIX}/") for path in (lock.base_python.program, *lock.base_python.folders))
    )
    return CondaPart(
        prefix=PREFIX_BESIDE if beside else PREFIX,
        installer=lock.conda_installer.requirement,
        file=list_name(lock.platform),
        channels=tuple(
            PlannedChannel(name=name, address=addresses.get(channel_name(name)))
            for name in sorted({one.channel for one in lock.conda})
        ),
        packages=tuple(
            PlannedCondaPackage(
                name=one.name,
                version=one.version,
                build=one.build,
                channel=one.channel,
                subdir=one.subdir,
                file=one.file,
                sha256=one.sha256,
            )
            for one in lock.conda
        ),
    )
