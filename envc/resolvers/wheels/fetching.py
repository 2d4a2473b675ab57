"""A wheel from its address, as the cache keeps it, and what is said where it cannot be had."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from envc.diagnostics.diagnostic import world_failed, wrong
from envc.language.facets import PythonPackage
from envc.lock.resolution import Progress
from envc.lock.wheels import not_offline, other_bytes
from envc.resolvers.artifacts.transfer.failures import TransferError
from envc.resolvers.kept_files import OtherBytesError, fetch, kept


def fetched(package: PythonPackage, folder: Path, progress: Progress, *, offline: bool = False) -> Path:
    """Return the wheel in the cache, fetched where it is not there. Raises a Report for other bytes, or for none."""
    source = package.source
    assert source is not None  # noqa: S101  # only packages with a source come here
    if place := kept(folder, source.sha256):
        return place
    if offline:
        raise not_offline(package)
    host = urlsplit(source.address).hostname or ""
    progress(f"{package.name} from {host}")
    try:
        return fetch(source.address, source.sha256, folder)
    except OtherBytesError as error:
        origin = package.origin
        raise other_bytes(package.name, origin.spans.get("sha256", origin.of("source")), error.found) from None
    except TransferError as error:
        raise world_failed(
            "file-not-fetched",
            f"the wheel of `{package.name}` cannot be fetched",
            labels=(wrong(package.origin.of("source"), "its address"),),
            notes=(f"{host}: {error}", f"wanted: sha256 {source.sha256}"),
            helps=(
                *error.helps,
                "try again where its address can be reached",
                "or put the wheel into the project and name its path",
            ),
        ) from error
