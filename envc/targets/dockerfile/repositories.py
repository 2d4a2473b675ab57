"""Packages of repositories: their sources and keys are there while they are installed, and not afterwards.

Two archives may have the same version of a package with other bytes, and apt takes either. So what it fetched is
compared with the lock before any of it is installed.
"""

from __future__ import annotations

from typing import NamedTuple

from envc.plan.system_parts import PlannedDistribution, PlannedSystemRepository, repository_argument
from envc.targets.dockerfile.instructions import Argument, Instruction, Mount

#: The folder that key and checksums are mounted in; nothing of it is in the layer.
_MOUNTED = "/run/repositories"
_SOURCES = "/etc/apt/sources.list.d/repositories.list"
_SNAPSHOT = "/etc/apt/snapshot.list"


class Beside(NamedTuple):
    """What the step that installs packages has more of where some come from repositories."""

    mounts: tuple[Mount, ...]
    arguments: tuple[Instruction, ...]
    commands: tuple[tuple[str, ...], ...]  # before the indexes are fetched
    check: tuple[str, ...]  # between fetching and installing
    leavings: tuple[str, ...]


def with_repositories(distribution: PlannedDistribution, output: str) -> Beside | None:
    """Return what is needed for the repositories of a stage, or None when it has none. `output` holds their keys."""
    found = distribution.repositories
    if not found:
        return None
    names = (*(one.key_file for one in found), distribution.checksums_file)
    place = _SNAPSHOT if distribution.snapshot else _SOURCES
    first = ">>" if distribution.snapshot else ">"
    return Beside(
        tuple(Mount("bind", (("source", f"{output}/{name}"), ("target", f"{_MOUNTED}/{name}"))) for name in names),
        tuple(Argument(repository_argument(one.name), one.address or "") for one in found),
        tuple(("echo", _source(one), first if position == 0 else ">>", place) for position, one in enumerate(found)),
        ("sha256sum", "--check", "--quiet", f"{_MOUNTED}/{distribution.checksums_file}"),
        (*([] if distribution.snapshot else [_SOURCES]), "/var/cache/apt/archives/*.deb"),
    )


def _source(one: PlannedSystemRepository) -> str:
    """Return a line of sources.list in double quotes, in which the shell resolves the build argument."""
    address = f"${{{repository_argument(one.name)}}}"
    return f'"deb [signed-by={_MOUNTED}/{one.key_file}] {" ".join((address, one.suite, *one.components))}"'
