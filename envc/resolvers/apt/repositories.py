"""What may come from a repository: the packages that are named for it, and what they need and the distribution lacks.

apt itself would take the highest version, wherever it is. So it is told, package by package, what a repository may
give: an expression for all of an archive at once (`Pin: origin`) knows only hosts, and a mirror has many archives.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from envc.lock.system_packages import FROM_FILE, Repository, SystemRequest
from envc.resolvers.apt.answer import Planned
from envc.resolvers.apt.configuration import Source

_NAME = re.compile(r"^Package: (\S+)$", re.MULTILINE)
#: Of the versions that a package is to have; a version of an older lock goes before it, nothing else does.
_WANTED = 990
_NEVER = -1


class Row(NamedTuple):
    """A version of a package in an archive."""

    name: str
    version: str
    archive: str


def names_in(packages: str) -> tuple[str, ...]:
    """Return the names in an index of packages, sorted."""
    return tuple(sorted(set(_NAME.findall(packages))))


def rows_of(printed: str, sources: Iterable[Source]) -> tuple[Row, ...]:
    """Return what `apt-cache madison` prints: which archive has which version."""
    archives = {one.address: one.archive for one in sources}
    found = []
    for line in printed.splitlines():
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) == 3 and (archive := archives.get(parts[2].split(" ")[0].rstrip("/"))):
            found.append(Row(parts[0], parts[1], archive))
    return tuple(found)


def with_files(request: SystemRequest) -> tuple[Repository, ...]:
    """Return what gives packages beside the distribution: repositories, and the files, which are like one."""
    names = tuple(one.name for one in request.files)
    files = Repository(FROM_FILE, "", "./", (), names, b"", "")
    return (*request.repositories, *((files,) if names else ()))


def pins(rows: Sequence[Row], repositories: Sequence[Repository]) -> str:
    """Return the preferences that keep each package to where it may come from."""
    owners = {name: one.name for one in repositories for name in one.names}
    extra = {one.name for one in repositories}
    of_distribution = {row.name for row in rows if row.archive not in extra}
    versions = {(row.name, row.version) for row in rows if row.archive not in extra}
    blocks = []
    for row in dict.fromkeys(rows):
        owner = owners.get(row.name)
        if owner == row.archive:
            blocks.append(_pin(row.name, row.version, _WANTED))
        elif owner is None and row.archive in extra and row.name in of_distribution:
            blocks += [] if (row.name, row.version) in versions else [_pin(row.name, row.version, _NEVER)]
    # apt takes the first that fits, so what is not of the owner comes behind all versions that are
    blocks += [_pin(name, "*", _NEVER) for name in sorted(owners)]
    return "\n".join(blocks)


def _pin(name: str, version: str, priority: int) -> str:
    return f"Package: {name}\nPin: version {version}\nPin-Priority: {priority}\n"


def strays(plan: Iterable[Planned], rows: Sequence[Row], repositories: Sequence[Repository]) -> tuple[str, ...]:
    """Return why packages must not come from where apt would take them: one version may be in two archives."""
    owners = {name: one.name for one in repositories for name in one.names}
    extra = {one.name for one in repositories}
    of_distribution = {row.name for row in rows if row.archive not in extra}
    found = []
    for one in plan:
        owner = owners.get(one.name)
        if owner and owner != one.archive:
            found.append(f"{one.name} {one.version} is in {one.archive} and in {owner}")
        elif not owner and one.archive in extra and one.name in of_distribution:
            found.append(f"{one.name} {one.version} would come from {one.archive} and not from the distribution")
    return tuple(found)


def present(base: Mapping[str, str], plan: Iterable[Planned], repositories: Iterable[Repository]) -> tuple[str, ...]:
    """Return why packages cannot come from their repository: the base has them."""
    fetched = {one.name for one in plan}
    return tuple(
        f"the base has {name} {base[name]}, which is not of {one.name}"
        for one in repositories
        for name in one.names
        if name in base and name not in fetched
    )
