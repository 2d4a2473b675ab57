"""A wheel from its address, checked against the checksum that the program says, and kept by it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from envc.diagnostics.diagnostic import world_failed, wrong
from envc.language.facets import PythonPackage
from envc.lock.resolution import Progress
from envc.lock.wheels import not_offline, other_bytes
from envc.resolvers.artifacts.http import authorisation_for
from envc.resolvers.artifacts.transfer.failures import AnswerError, TransferError
from envc.resolvers.artifacts.transfer.reading import Limits
from envc.resolvers.artifacts.transfer.web import Web
from envc.resolvers.disk import CACHE, room_in


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fetched(package: PythonPackage, folder: Path, progress: Progress, *, offline: bool = False) -> Path:
    """Return the wheel in the cache, fetched where it is not there. Raises a Report for other bytes, or for none."""
    source = package.source
    assert source is not None  # noqa: S101  # only packages with a source come here
    place = folder / source.sha256
    if place.is_file() and digest_of(place) == source.sha256:
        return place
    if offline:
        raise not_offline(package)
    host = urlsplit(source.address).hostname or ""
    progress(f"{package.name} from {host}")
    web = Web(Limits(), Event())
    try:
        with room_in(CACHE):
            folder.mkdir(parents=True, exist_ok=True)
            handle, new = tempfile.mkstemp(dir=folder)
            try:
                with os.fdopen(handle, "w+b") as file:
                    found = web.measure(source.address, _judge, authorisation_for(source.address), keep=file)
                if found.sha256 != source.sha256:
                    origin = package.origin
                    raise other_bytes(package.name, origin.spans.get("sha256", origin.of("source")), found.sha256)
                Path(new).replace(place)
            finally:
                Path(new).unlink(missing_ok=True)
    except TransferError as error:
        raise world_failed(
            "file-not-fetched",
            f"the wheel of `{package.name}` cannot be fetched",
            labels=(wrong(package.origin.of("source"), "its address"),),
            notes=(f"{host}: {error}", f"wanted: sha256 {source.sha256}"),
            helps=("try again where its address can be reached", "or put the wheel into the project and name its path"),
        ) from error
    finally:
        web.close()
    return place


def _judge(status: int, headers: Mapping[str, str], said: bytes) -> str | None:  # noqa: ARG001  # as others judge
    if status not in {200, 206}:
        raise AnswerError(f"it answers {status}")
    return None
