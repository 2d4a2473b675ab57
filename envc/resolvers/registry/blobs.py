"""A layer on its way to the disk: no byte more than its manifest announced, and only with the right sha256."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from hashlib import sha256
from typing import IO

from envc.diagnostics.diagnostic import world_failed
from envc.resolvers.registry import failures
from envc.resolvers.registry.client import Client
from envc.resolvers.registry.failures import UnusableError


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
