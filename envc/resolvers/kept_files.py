"""Files from addresses, checked against the checksum that the program says, and kept by it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from threading import Event

from envc.resolvers.artifacts.http import authorisation_for, way_in
from envc.resolvers.artifacts.transfer.failures import AnswerError, DeniedError
from envc.resolvers.artifacts.transfer.reading import Limits
from envc.resolvers.artifacts.transfer.web import Web
from envc.resolvers.disk import CACHE, room_in


class OtherBytesError(Exception):
    """What lies at the address is not what the program says."""

    def __init__(self, found: str) -> None:
        super().__init__(f"its sha256 is {found}")
        self.found = found


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def kept(folder: Path, checksum: str) -> Path | None:
    """Return the file with a checksum, or None where the folder does not have it."""
    place = folder / checksum
    return place if place.is_file() and digest_of(place) == checksum else None


def fetch(address: str, checksum: str, folder: Path) -> Path:
    """Bring a file into the folder. Raises TransferError, OtherBytesError, or the Report of a full disk."""

    def judge(status: int, headers: Mapping[str, str], said: bytes) -> str | None:  # noqa: ARG001  # as others judge
        if status in {401, 403}:
            raise DeniedError(f"it answers {status}", way_in(address))
        if status not in {200, 206}:
            raise AnswerError(f"it answers {status}")
        return None

    place = folder / checksum
    web = Web(Limits(), Event())
    try:
        with room_in(CACHE):
            folder.mkdir(parents=True, exist_ok=True)
            handle, new = tempfile.mkstemp(dir=folder)
            try:
                with os.fdopen(handle, "w+b") as file:
                    found = web.measure(address, judge, authorisation_for(address), keep=file)
                if found.sha256 != checksum:
                    raise OtherBytesError(found.sha256)
                Path(new).replace(place)
            finally:
                Path(new).unlink(missing_ok=True)
    finally:
        web.close()
    return place
