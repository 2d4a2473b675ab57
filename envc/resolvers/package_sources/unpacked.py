"""A source archive laid out in a folder, as the build will lay it out: without its one outermost folder."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

from envc.resolvers.package_sources.said import UnreadableError


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a tar or zip archive into an empty folder and return where the source is. Raises `UnreadableError`."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(folder)  # noqa: S202  # it drops what leads out of the folder
        else:
            with tarfile.open(archive) as packed_tar:
                packed_tar.extractall(folder, filter="data")
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise UnreadableError(f"the archive cannot be unpacked: {error}") from error
    inside = list(folder.iterdir())
    if len(inside) != 1 or not inside[0].is_dir():
        raise UnreadableError("the archive does not hold one folder")
    return inside[0]
