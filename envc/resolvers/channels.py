"""Where channels of conda packages are to be reached from this machine."""

from __future__ import annotations

from collections.abc import Mapping

from envc.knowledge.library import Library

#: `ENVC_CHANNEL_CONDA_FORGE` gives the channel `conda-forge` another address, such as an office mirror's.
PREFIX = "ENVC_CHANNEL_"


def channel_addresses(library: Library, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the address of every channel: the machine's own where it gives one, else the public one."""
    return {one.name: environ.get(variable_of(one.name)) or one.address for one in library.channels}


def variable_of(channel: str) -> str:
    """Return the name of the variable that gives a channel another address."""
    return PREFIX + channel.upper().replace("-", "_")
