"""System packages that come as files from addresses, each known by its checksum."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from envc.language.environment import Environment
    from envc.language.facets import SystemPackage


class FileFacts(NamedTuple):
    """What is known of the file of a package."""

    address: str  # never in a lock
    sha256: str


def packages_from_files(environment: Environment) -> dict[str, SystemPackage]:
    """Return the packages of an environment that come as files, by name."""
    from envc.language.facets import SystemPackage

    return {one.name: one for one in environment.every(SystemPackage) if one.file}
