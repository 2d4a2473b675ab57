"""What this machine is configured with: the addresses of its archives, and how apt reaches the network here.

Both are used to lock, and written nowhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from envc.knowledge.archives import Archive
from envc.resolvers.apt.configuration import Source, archive_variable
from envc.resolvers.apt.place import run

#: Without the release's own information, which is there only when indexes were fetched before.
_TARGETS = ("apt-get", "indextargets", "--no-release-info", "--format", "$(REPO_URI)", "Created-By: Packages")
_REACH = re.compile(r"Acquire::(https?|Proxy-Auto-Detect|AllowRedirect|ForceIPv[46])\b", re.IGNORECASE)


def reach_of_this_machine() -> str:
    """Return apt's settings of proxies, certificates and the like, as the text of an `apt.conf`."""
    variables = {**os.environ, "LC_ALL": "C"}
    dumped = run(("apt-config", "dump", "--no-empty", "Acquire"), variables, limit=30)
    lines = dumped.out.splitlines() if dumped.code == 0 else []
    return "".join(f"{line}\n" for line in lines if _REACH.match(line))


def addresses_of_this_machine() -> tuple[str, ...]:
    """Return the addresses of the archives that this machine's own apt is configured with, in its order."""
    listed = run(_TARGETS, {**os.environ, "LC_ALL": "C"}, limit=30)
    return tuple(dict.fromkeys(listed.out.split())) if listed.code == 0 else ()


def machine_sources(archives: Iterable[Archive], release: str, addresses: Iterable[str]) -> tuple[Source, ...]:
    """Return a distribution's archives at the addresses of this machine; empty when it has none of all of them.

    An archive is told by the last part of its address, as all mirrors have it: `…/debian-security`. What lies at the
    address must be signed with the distribution's keys, whoever serves it.
    """
    known = {address.rstrip("/").rpartition("/")[2]: address.rstrip("/") for address in reversed(tuple(addresses))}
    usable = {name: address for name, address in known.items() if re.match(r"(https?|file):", address)}
    found = []
    for one in archives:
        last = one.address.rpartition("/")[2]
        if last not in usable:
            return ()
        found.append(Source(one.name, usable[last], one.suites_of(release), one.components))
    return tuple(found)


def given_sources(archives: Iterable[Archive], release: str, environ: Mapping[str, str]) -> tuple[Source, ...]:
    """Return the archives at addresses that variables give: `ENVC_ARCHIVE_DEBIAN`. Empty when none is given."""
    chosen = tuple(
        Source(
            one.name, (environ.get(variable_of(one)) or one.address).rstrip("/"), one.suites_of(release), one.components
        )
        for one in archives
    )
    return chosen if any(environ.get(variable_of(one)) for one in archives) else ()


def variable_of(archive: Archive) -> str:
    """Return the variable that gives an archive another address: `ENVC_ARCHIVE_DEBIAN_SECURITY`."""
    return archive_variable(archive.name)


def snapshots_variable_of(archive: Archive) -> str:
    """Return the variable that gives an archive's snapshots another address: `ENVC_SNAPSHOTS_DEBIAN`."""
    return f"ENVC_SNAPSHOTS_{archive.name.upper().replace('-', '_')}"
