"""One writer at a time: the second waits and says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from envc.diagnostics.diagnostic import world_failed


@contextmanager
def alone(folder: Path, cache: Path, on_wait: Callable[[int | None], None]) -> Iterator[None]:
    """Hold the right to write a folder; `on_wait` is told the process id of who holds it. A killed holder lets go."""
    try:
        import fcntl
    except ImportError:  # a system without it (Windows): the last writer wins, each file whole
        yield
        return
    with _opened(cache / "locks" / f"{sha256(os.fsencode(folder)).hexdigest()[:32]}.lock") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stream.seek(0)
            holder = stream.read().strip()
            on_wait(int(holder) if holder.isdecimal() else None)
            fcntl.flock(stream, fcntl.LOCK_EX)
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="ascii")
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise world_failed(
            "unwritable-cache",
            f"the cache cannot be written: {reason}",
            helps=("set `XDG_CACHE_HOME` to a folder that can be written",),
        ) from None
