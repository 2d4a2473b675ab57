"""Where named package indexes are to be reached from this machine."""

from __future__ import annotations

from collections.abc import Mapping

from envc.knowledge.library import Library

#: `ENVC_INDEX_PYTORCH_CU118` gives the index `pytorch-cu118` another address, such as an office mirror's.
PREFIX = "ENVC_INDEX_"


def index_addresses(library: Library, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the address of every named index: the machine's own where it gives one, else the public one."""
    return {index.name: environ.get(variable_of(index.name)) or index.address for index in library.indexes}


def variable_of(index: str) -> str:
    """Return the name of the variable that gives an index another address."""
    return PREFIX + index.upper().replace("-", "_").replace(".", "_")
