"""Which indexes of a list an environment has anyway: those of its program, and those that `ml` takes packages from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from envc.language.environment import Environment
from envc.language.facets import Accelerator, PackageIndex
from envc.language.taken import accelerated_packages

if TYPE_CHECKING:
    from envc.knowledge.indexes import Index

_ADDRESS = re.compile(r"(?P<scheme>https?)://(?:[^/]*@)?(?P<host>[^/@]+)(?P<path>/.*)?", re.IGNORECASE)


class HasIndex(Protocol):
    """Says of an address whether an environment has the index there, or with `links` the page of links."""

    def __call__(self, address: str, *, links: bool) -> bool:
        """Say it."""


def no_index(address: str, *, links: bool) -> bool:  # noqa: ARG001  # it knows none, whatever is asked
    """Know no index."""
    return False


def indexes_of(environment: Environment, *, accelerated: bool) -> HasIndex:
    """Return what knows the indexes of an environment; `accelerated` is one with a list that `ml` names.

    Addresses are alike without their login and a slash at their end. The library's own count where a package comes from
    them: something of a family is asked for by `ml`, and the index has builds for the machines that the program names.
    """

    def has_index(address: str, *, links: bool) -> bool:
        wanted = _comparable(address)
        for one in environment.every(PackageIndex):
            if one.links == links and _comparable(one.address) == wanted:
                return True
        return not links and _of_library(wanted, environment, accelerated=accelerated)

    return has_index


def _of_library(address: str, environment: Environment, *, accelerated: bool) -> bool:
    from envc.knowledge.library import shipped_library

    library = shipped_library()
    if not accelerated and not any(map(library.family_of, accelerated_packages(environment))):
        return False
    return any(_comparable(one.address) == address and _fits(one, environment) for one in library.indexes)


def _fits(index: Index, environment: Environment) -> bool:
    """Say whether an index has builds for the environment's machines, whose CUDA is a floor within its major."""
    asked = environment.one(Accelerator)
    if asked is None or index.cpu:
        return asked is None and index.cpu
    if asked.rocm or index.rocm:
        return bool(asked.rocm and index.rocm) and _major(asked.rocm) == _major(index.rocm)
    return asked.cuda is None or _major(asked.cuda) == _major(index.cuda)


def _major(version: str | None) -> str:
    return (version or "").partition(".")[0]


def _comparable(address: str) -> str:
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return address
    return f"{match['scheme'].lower()}://{match['host'].lower()}{(match['path'] or '').rstrip('/')}"
