"""Formats of package lists whose files have fixed names, one file each; walked: `uv.lock` is read by `uv_lock.py`.

A format has `FILES`, which fits the names of its files, and `read(source, wish)`, which returns entries.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from posixpath import basename

from envc.diagnostics import Source
from envc.lock.lists.entry import Entry, Wish

_FOLDER = Path(__file__).parent


def reader_of(path: str) -> Callable[[Source, Wish], list[Entry]] | None:
    """Return what reads a list, or None; the one format that its name speaks of is imported, and no other."""
    name = basename(path)
    module = f"{name.partition('.')[0]}_{name.rpartition('.')[2]}"
    if module not in {file.stem for file in _FOLDER.glob("[a-z]*.py")}:
        return None
    found = import_module(f"{__name__}.{module}")
    read: Callable[[Source, Wish], list[Entry]] = found.read
    return read if found.FILES.fullmatch(name) else None
