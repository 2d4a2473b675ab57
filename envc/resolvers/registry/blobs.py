"""A layer on its way, to the disk or past a reader: no byte more than its manifest announced, and with its sha256."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import IO, TypeVar

from envc.diagnostics.diagnostic import world_failed
from envc.resolvers.registry import failures
from envc.resolvers.registry.client import Client
from envc.resolvers.registry.failures import UnreadableError, UnusableError

_Read = TypeVar("_Read")


def receive_blob(client: Client, called: str, digest: str, size: int, file: IO[bytes]) -> None:
    """Fetch a blob into a file. Raises a `Report` when its content or its size is not what the manifest announced."""
    found = ""

    def receive(pieces: Iterator[bytes]) -> None:
        nonlocal found
        file.seek(0)
        file.truncate()
        seen, count = sha256(), 0
        for piece in pieces:
            count += len(piece)
            if count > size:
                raise UnusableError("it sends more of a layer than its manifest announces")
            seen.update(piece)
            try:
                file.write(piece)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                raise world_failed("disk-full", "a layer of a base image cannot be kept: the disk is full") from None
        found = f"sha256:{seen.hexdigest()}"

    client.ask("GET", f"blobs/{digest}", receive=receive)
    if found != digest:
        raise failures.digest_mismatch(called, digest, found)
    file.seek(0)


def stream_blob(client: Client, called: str, digest: str, size: int, read: Callable[[IO[bytes]], _Read]) -> _Read:
    """Return what a reader makes of a blob, of which nothing is kept. The reader may be called anew.

    Raises a `Report` as `receive_blob` does: what was made of other content than announced is never returned; and
    `UnreadableError` for a blob of which the reader makes nothing.
    """
    made: list[_Read] = []
    refused: UnusableError | None = None
    found = ""

    def receive(pieces: Iterator[bytes]) -> None:
        nonlocal found, refused
        made.clear()
        refused = None
        stream = _Stream(pieces, size)
        try:
            made.append(read(io.BufferedReader(stream, 1 << 18)))
        except UnusableError as error:
            if stream.failure is not None:  # it is the connection that broke, and is tried again
                raise stream.failure from None
            refused = error
        stream.drain()
        found = stream.digest

    client.ask("GET", f"blobs/{digest}", receive=receive)
    if found != digest:
        raise failures.digest_mismatch(called, digest, found)
    if refused is not None:
        raise UnreadableError(str(refused))
    return made[0]


class _Stream(io.RawIOBase):
    """The pieces of a blob as a file that is read once, from its beginning to its end."""

    def __init__(self, pieces: Iterator[bytes], size: int) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = size
        self._waiting = memoryview(b"")
        self._seen = sha256()
        self.failure: Exception | None = None  # of the connection

    @property
    def digest(self) -> str:
        """The digest of what came so far."""
        return f"sha256:{self._seen.hexdigest()}"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # every buffer is one of these
        if not self._waiting and not self._next():
            return 0
        count = min(len(buffer), len(self._waiting))
        buffer[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def drain(self) -> None:
        """Take what the reader left."""
        self._waiting = memoryview(b"")
        while self._next():
            self._waiting = memoryview(b"")

    def _next(self) -> bool:
        try:
            piece = next(filter(None, self._pieces), b"")
            self._left -= len(piece)
            if self._left < 0:
                raise UnusableError("it sends more of a layer than its manifest announces")  # noqa: TRY301
        except Exception as error:
            self.failure = error
            raise
        self._seen.update(piece)
        self._waiting = memoryview(piece)
        return bool(piece)
