"""Where named package indexes are to be reached from this machine."""

from __future__ import annotations

from collections.abc import Mapping

from envc.knowledge.library import Library

#: `ENVC_INDEX_PYTORCH_CU118` gives the index `pytorch-cu118` another address, such as an office mirror's.
PREFIX = "ENVC_INDEX_"


def index_addresses(
    library: Library, environ: Mapping[str, str], program: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the address of every named index: the machine's own where it gives one, else the public one.

    `program` has the addresses of indexes that a program names.
    """
    public = {**(program or {}), **{index.name: index.address for index in library.indexes}}
    return {name: environ.get(variable_of(name)) or address for name, address in public.items()}


def variable_of(index: str) -> str:
    """Return the name of the variable that gives an index another address."""
    return PREFIX + index.upper().replace("-", "_").replace(".", "_")
