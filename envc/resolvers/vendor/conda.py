"""The archives of a lock's conda packages, from this machine's address of a channel and from the public one."""

from __future__ import annotations

from collections.abc import Mapping

from envc.knowledge.library import Library
from envc.plan.conda_parts import CondaPart
from envc.plan.vendored import conda_of
from envc.resolvers.channels import channel_addresses
from envc.resolvers.vendor.download import Wanted


def wanted_archives(conda: CondaPart | None, library: Library, environ: Mapping[str, str]) -> list[Wanted]:
    """Return the archive of every package, with the addresses to ask in turn."""
    if conda is None:
        return []
    own = channel_addresses(library, environ)
    public = {one.name: one.address for one in library.channels}
    return [
        Wanted(
            called=f"{one.name} {one.version}",
            name=conda_of(one.sha256),
            sha256=one.sha256,
            addresses=tuple(
                dict.fromkeys(
                    f"{places[one.channel].rstrip('/')}/{one.subdir}/{one.file}"
                    for places in (own, public)
                    if one.channel in places
                )
            ),
        )
        for one in conda.packages
    ]
