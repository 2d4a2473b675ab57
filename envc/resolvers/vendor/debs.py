"""The files of a lock's system packages, from the archives that apt itself is told: a snapshot, or the present."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import quote

from envc.knowledge.archives import Archive
from envc.knowledge.library import Library
from envc.lock.locked_system import LockedDistribution, LockedSystemPackage
from envc.lock.model import Lock
from envc.resolvers.apt.configuration import Source, archive_variable
from envc.resolvers.apt.machine import (
    addresses_of_this_machine,
    given_sources,
    machine_sources,
    snapshots_variable_of,
)
from envc.resolvers.apt.place import apt_of_this_machine
from envc.resolvers.vendor.download import Wanted


def wanted_debs(
    lock: Lock,
    library: Library,
    name_of: Callable[[LockedSystemPackage], str],
    environ: Mapping[str, str] | None = None,
    repositories: Mapping[str, str] = MappingProxyType({}),
) -> list[Wanted]:
    """Return the file of every package that the base does not have, with the addresses to ask in turn.

    `repositories` are the addresses of those that the program names.
    """
    environ = os.environ if environ is None else environ
    found = []
    for distribution in lock.distributions:
        packages = [one for one in lock.system if one.stage == distribution.stage and one.archive and one.path]
        if packages:
            places = _places(distribution, library, lock.platform.partition("/")[2], environ)
            for name, address in repositories.items():
                places[name] = ((environ.get(archive_variable(name)) or address).rstrip("/"),)
            found += [
                Wanted(
                    called=f"{one.name} {one.version}",
                    name=name_of(one),
                    sha256=one.sha256 or "",
                    addresses=tuple(
                        f"{address}/{quote(one.path or '', safe='/+~:')}"
                        for address in places.get(one.archive or "", ())
                    ),
                )
                for one in packages
            ]
    return found


def _places(
    distribution: LockedDistribution, library: Library, machine: str, environ: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return where each archive is asked, best first."""
    archives = library.archives(distribution.name or "", machine)
    release = distribution.release or ""
    addresses: dict[str, list[str]] = {one.name: [] for one in archives}
    if distribution.snapshot:
        for one in archives:
            base = environ.get(snapshots_variable_of(one)) or one.snapshots
            addresses[one.name].append(f"{base.rstrip('/')}/{distribution.snapshot}")
    given = given_sources(archives, release, environ)
    for source in given or _of_this_machine(archives, release):
        addresses[source.archive].append(source.address)
    if not given:
        for one in archives:
            addresses[one.name].append(one.address.rstrip("/"))
    return {name: tuple(dict.fromkeys(found)) for name, found in addresses.items()}


def _of_this_machine(archives: tuple[Archive, ...], release: str) -> tuple[Source, ...]:
    return machine_sources(archives, release, addresses_of_this_machine()) if apt_of_this_machine() else ()
