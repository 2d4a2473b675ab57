"""A disk that is full while the resolver works."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from envc.diagnostics.diagnostic import Report, world_failed

#: What a full disk, or a full share of one, says.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

#: What messages call the places.
TEMPORARY = "the folder for temporary files"
CACHE = "envc's cache folder"

#: The same in the words of a program that was run.
WORDS = ("No space left on device", "Disk quota exceeded", "Errno 28", "Errno 122")


def disk_full(place: str) -> Report:
    """Return the report of a disk that has no room for what the resolver writes."""
    return world_failed(
        "disk-full",
        f"{place} cannot be written: the disk is full",
        notes=("the resolver needs some megabytes there while it works; the old lock is untouched",),
        helps=("make room, or set `TMPDIR` or `XDG_CACHE_HOME` to a folder on another disk",),
    )


@contextmanager
def room_in(place: str) -> Iterator[None]:
    """Give a full disk its name. Other errors pass through."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise disk_full(place) from error
        raise
