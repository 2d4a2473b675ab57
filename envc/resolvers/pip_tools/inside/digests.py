"""Digests of files whose pages state none: made of their bytes, kept while the server says they are the same."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from typing import Any

from .failures import IndexFailureError

#: Bytes that are read at once.
PIECE = 1024 * 1024


class Digests:
    """Measures files, each once. An empty folder's name keeps nothing."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def of(self, session: Any, address: str) -> str:
        """Return the SHA-256 of a file. Raises `IndexFailureError`, or what the session raises."""
        response = session.get(address, headers={"Accept-Encoding": "identity"}, stream=True)
        try:
            response.raise_for_status()
            place = self.place_of(address, response.headers)
            known = place and read(place)
            if known:
                return known
            digest, size = hashlib.sha256(), 0
            while piece := response.raw.read(PIECE):
                digest.update(piece)
                size += len(piece)
            stated = response.headers.get("Content-Length", "")
            if stated.isdigit() and int(stated) != size:
                raise IndexFailureError("cut-off", address, "")
        finally:
            response.close()
        if place:
            keep(place, digest.hexdigest())
        return digest.hexdigest()

    def place_of(self, address: str, headers: Any) -> str | None:
        """Return where the digest of a file is kept; None where the server does not say when it is another one."""
        said = [headers.get(name, "") for name in ("ETag", "Last-Modified", "Content-Length")]
        if not self.folder or not (said[0] or said[1]):
            return None
        bare = re.sub(r"(?<=://)[^/@]*@", "", address)
        return os.path.join(self.folder, hashlib.sha256("\n".join([bare, *said]).encode()).hexdigest())  # noqa: PTH118


def read(place: str) -> str | None:
    """Return a digest that was kept."""
    try:
        with open(place, encoding="ascii") as file:  # noqa: PTH123
            text = file.read()
    except (OSError, ValueError):
        return None
    return text if re.fullmatch("[0-9a-f]{64}", text) else None


def keep(place: str, digest: str) -> None:
    """Keep a digest, whole or not at all. A folder that cannot be written keeps none."""
    with contextlib.suppress(OSError):
        folder = os.path.dirname(place)  # noqa: PTH120
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        handle, new = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(digest)
        os.replace(new, place)  # noqa: PTH105
