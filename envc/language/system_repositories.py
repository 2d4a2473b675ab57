"""Archives of system packages beside the distribution's own, as the packages that come from them name them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from envc.language.lookup import Same, facets_of_kind
from envc.language.origin import Origin

if TYPE_CHECKING:
    from envc.language.environment import Environment
    from envc.language.facets import Facet, SystemPackage


class RepositoryFacts(NamedTuple):
    """What is known of a repository: a part of every package that comes from it, so that none is without the other."""

    name: str
    address: str  # never in a lock
    suite: str  # `noble`, or a path that ends with `/`
    components: tuple[str, ...]
    key: str  # where its key is: an address, or a path relative to the program
    sha256: str  # of the key's file


class SystemRepository(NamedTuple):
    """A repository, and the clause that names it."""

    name: str
    address: str
    suite: str
    components: tuple[str, ...]
    key: str
    sha256: str
    origin: Origin


def repositories_of(environment: Environment) -> tuple[SystemRepository, ...]:
    """Return the repositories that packages of an environment come from, each once, in the order of the text."""
    from envc.language.facets import SystemPackage

    found: dict[str, SystemRepository] = {}
    for package in environment.every(SystemPackage):
        if package.repository:
            found.setdefault(package.repository.name, SystemRepository(*package.repository, package.origin))
    return tuple(found.values())


def place_of(package: SystemPackage) -> str | None:
    """Return where a package is to come from: a repository, by its name, or a file; None is the distribution."""
    if package.file:
        return f"file {package.file.sha256}"
    return package.repository.name if package.repository else None


def first_from_each_place(environment: Environment, package: str) -> Mapping[str | None, SystemPackage]:
    """Return who asks first for a package, by the place that it is to come from."""
    return _packages(Same(environment.facets)).get(package, {})


@lru_cache(maxsize=4)
def _packages(same: Same[tuple[Facet, ...]]) -> dict[str, dict[str | None, SystemPackage]]:
    from envc.language.facets import SystemPackage

    found: dict[str, dict[str | None, SystemPackage]] = {}
    for one in facets_of_kind(same.itself, SystemPackage):
        found.setdefault(one.name, {}).setdefault(place_of(one), one)
    return found


def first_with_each_content(environment: Environment, repository: str) -> Mapping[RepositoryFacts, SystemPackage]:
    """Return who says first what the repository of a name is, by what is said of it."""
    return _repositories(Same(environment.facets)).get(repository, {})


@lru_cache(maxsize=4)
def _repositories(same: Same[tuple[Facet, ...]]) -> dict[str, dict[RepositoryFacts, SystemPackage]]:
    from envc.language.facets import SystemPackage

    found: dict[str, dict[RepositoryFacts, SystemPackage]] = {}
    for one in facets_of_kind(same.itself, SystemPackage):
        if one.repository:
            found.setdefault(one.repository.name, {}).setdefault(one.repository, one)
    return found
