"""Digests of files whose pages state none: made of their bytes, kept while the server says they are the same."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from envc.resolvers.package_indexes.metadata import get
from envc.resolvers.package_indexes.session import Session, bare

#: Bytes that are asked for at once, where the server gives parts.
PIECE = 64 * 1024 * 1024


def digest_of(session: Session, url: str, folder: Path) -> str:
    """Return the SHA-256 of a file. Raises `IndexFailureError`."""
    head = session.ask(url, {"Accept-Encoding": "identity"}, "HEAD")
    place = place_of(folder, url, head.headers) if head.status < 400 else None
    known = place and read(place)
    if known:
        return known
    stated = head.headers.get("Content-Length", "") if head.status < 400 else ""
    digest = measured(session, url, int(stated) if stated.isdigit() else None)
    if place is not None:
        keep(place, digest.encode())
    return digest


def measured(session: Session, url: str, size: int | None) -> str:
    """Read a file, a large one in parts, and return its SHA-256. Raises `IndexFailureError`."""
    if size is None or size <= PIECE:
        return hashlib.sha256(get(session, url, {}).content).hexdigest()
    digest = hashlib.sha256()
    for first in range(0, size, PIECE):
        reply = get(session, url, {"Range": f"bytes={first}-{min(first + PIECE, size) - 1}"})
        if reply.status != 206:  # it gives no parts, or they are no longer those of this file
            return hashlib.sha256((reply if reply.status == 200 else get(session, url, {})).content).hexdigest()
        digest.update(reply.content)
    return digest.hexdigest()


def place_of(folder: Path, url: str, headers: Mapping[str, str]) -> Path | None:
    """Return where the digest of a file is kept; None where the server does not say when it is another one."""
    said = [headers.get(name, "") for name in ("ETag", "Last-Modified", "Content-Length")]
    if not (said[0] or said[1]):
        return None
    return folder / hashlib.sha256("\n".join([bare(url), *said]).encode()).hexdigest()


def read(place: Path) -> str | None:
    """Return a digest that was kept."""
    try:
        text = place.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    return text if re.fullmatch("[0-9a-f]{64}", text) else None


def keep(place: Path, content: bytes) -> None:
    """Put a file into the cache, whole or not at all. A cache that cannot be written is none."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(new).replace(place)
    except OSError:
        return
