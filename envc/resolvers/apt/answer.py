"""What apt's programs print, read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import unquote

from envc.lock.dpkg import Installed
from envc.lock.system_packages import FROM_FILE, SystemChoice
from envc.resolvers.apt.configuration import Source

_ADDRESS = re.compile(r"^'(?P<address>[^']+)' (?P<file>\S+\.deb) (?P<size>\d+)", re.MULTILINE)


class Planned(NamedTuple):
    """A package that apt would fetch."""

    name: str
    version: str
    architecture: str
    archive: str
    path: str

    @property
    def exact(self) -> str:
        """How apt is asked for it and nothing else."""
        return f"{self.name}:{self.architecture}={self.version}"


class Record(NamedTuple):
    """What an index says of a package's file."""

    size: int
    sha256: str


def planned(printed: str, sources: Iterable[Source]) -> tuple[Planned, ...]:
    """Return what `apt-get install --print-uris` would fetch, sorted. Raises ValueError for an address of no source."""
    known = sorted(sources, key=lambda one: -len(one.address))  # of two that begin alike, the longer one
    found = []
    for line in _ADDRESS.finditer(printed):
        source = next((one for one in known if line["address"].startswith(f"{one.address}/")), None)
        if source is None:
            raise ValueError("it would fetch from an archive that was not asked for")
        name, version, architecture = map(unquote, line["file"].removesuffix(".deb").split("_"))
        path = unquote(line["address"].removeprefix(f"{source.address}/"))
        found.append(Planned(name, version, architecture, source.archive, path))
    return tuple(sorted(found))


def records(printed: str) -> dict[str, Record]:
    """Return what `apt-cache show` says of files, by their path in the archive."""
    found = {}
    for stanza in printed.split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in stanza.splitlines() if re.match(r"(Filename|Size|SHA256): ", line)
        )
        if len(fields) == 3:
            found[fields["Filename"]] = Record(int(fields["Size"]), fields["SHA256"])
    return found


def choices(
    plan: Iterable[Planned], said: Mapping[str, Record], asked: Iterable[str], base: Iterable[Installed]
) -> tuple[SystemChoice, ...]:
    """Return all packages, with those that the base has already. Raises ValueError for one without a SHA-256."""
    wanted = set(asked)
    found = []
    for one in plan:
        if one.path not in said:
            raise ValueError(f"the index has no SHA-256 of {one.name}")
        record = said[one.path]
        found.append(
            SystemChoice(
                one.name, one.version, one.architecture, one.name in wanted, one.archive,
                None if one.archive == FROM_FILE else one.path, record.sha256, record.size,
            )
        )  # fmt: skip
    fetched = {one.name for one in found}
    found += [
        SystemChoice(one.name, one.version, one.architecture, asked=True, archive=None)
        for one in base
        if one.name in wanted and one.name not in fetched and one.state == "installed"
    ]
    return tuple(sorted(found))


def providers(printed: str) -> tuple[str, ...]:
    """Return the packages that provide a name, as `apt-cache showpkg` says."""
    _, _, behind = printed.partition("Reverse Provides: \n")
    return tuple(sorted({line.split(" ", 1)[0] for line in behind.splitlines() if line}))


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return names that are most like one, best first. Only those of like length and beginning are looked at."""
    near = [one for one in known if one[:2] == name[:2] and abs(len(one) - len(name)) <= 3]
    return tuple(get_close_matches(name, near, n=3, cutoff=0.7))
