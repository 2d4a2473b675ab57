"""Archives of system packages beside the distribution's own, as the packages that come from them name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from envc.language.origin import Origin

if TYPE_CHECKING:
    from envc.language.environment import Environment


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
