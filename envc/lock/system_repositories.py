"""Repositories of system packages beside the distribution's archives: what is wanted of them, and what is wrong."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection

from envc.diagnostics import Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.language.environment import Environment
from envc.language.facets import SystemPackage
from envc.language.system_repositories import SystemRepository, repositories_of
from envc.lock.locked_system import LockedRepository
from envc.lock.system_packages import Repository, UnusableRepository
from envc.lock.world import World


def wanted_repositories(environment: Environment, names: Collection[str], world: World) -> tuple[Repository, ...]:
    """Return the repositories of a stage's packages, with their keys, sorted by name. Raises a Report."""
    found = []
    for one in repositories_of(environment):
        packages = environment.every(SystemPackage)
        taken = sorted(
            {package.name for package in packages if package.repository and package.repository.name == one.name}
            & {*names}
        )
        if taken and world.system:  # where nobody is asked, no key is read
            known = (one.name, one.address, one.suite, one.components)
            found.append(Repository(*known, tuple(taken), world.key_of(one), one.sha256))
        elif taken:
            raise unlockable_repository(environment, one.name, "nobody was asked")
    return tuple(sorted(found))


def locked_repository(one: Repository) -> LockedRepository:
    """Return what a lock holds of a repository."""
    return LockedRepository(
        name=one.name,
        suite=one.suite,
        components=one.components,
        packages=one.names,
        sha256=one.sha256,
        key=b64encode(one.key).decode("ascii"),
    )


def unusable_repository(environment: Environment, found: UnusableRepository) -> Report:
    """Return the report of a repository that answers, and not as it should, or not at all."""
    if found.trusted:
        return _failed(environment, found.name, f"the repository `{found.name}` gives no usable index", found.reasons)
    return world_failed(
        "untrusted-repository",
        f"the repository `{found.name}` is not signed with the key that the program names",
        notes=found.reasons,
        helps=(
            "see whether its keepers announce a new key; then name that one, and its sha256",
            "a proxy or mirror on the way may change what it hands on: lock without it",
        ),
        labels=(wrong(_repository(environment, found.name).origin.of("key"), "this key"),),
    )


def unlockable_repository(environment: Environment, name: str, reason: str) -> Report:
    """Return the report of packages of a repository whose versions nobody could choose: names alone cannot be built."""
    return _failed(environment, name, f"the packages of the repository `{name}` cannot be locked", (reason,))


def _failed(environment: Environment, name: str, message: str, reasons: tuple[str, ...]) -> Report:
    return world_failed(
        "repository-failed",
        message,
        notes=reasons,
        helps=("check its address and suite, and whether this machine reaches it",),
        labels=(wrong(_repository(environment, name).origin.of("repository"), "asked here"),),
    )


def _repository(environment: Environment, name: str) -> SystemRepository:
    return next(one for one in repositories_of(environment) if one.name == name)
