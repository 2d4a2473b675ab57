"""The folder that is filled: files come into it whole and checked, and what an older one has is not fetched again.

All lie readable for everyone and with one time, so that what is built of two such folders is the same.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from envc.lock.vendor_record import RECORD, VendoredFile

_BLOCK = 1 << 20
#: The time of all files: 1980-01-01, the oldest that a ZIP archive can hold.
_TIME = 315_532_800


class Store:
    """A folder that is being filled. `older` is one that was filled before."""

    def __init__(self, folder: Path, older: Path | None = None) -> None:
        self.folder = folder
        self._older = older

    def has(self, name: str, digest: str) -> bool:
        """Say whether a file is there with that SHA-256, and take it over from the older folder when that has it."""
        path = self.folder / name
        if path.is_file():
            return True
        if self._older is None or not (older := self._older / name).is_file() or measured(older).sha256 != digest:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.hardlink_to(older)
        except OSError:  # a file system without links
            shutil.copyfile(older, path)
        return True

    def take_over(self, folder: str, digests: Container[str]) -> None:
        """Take over the files in a folder of the older one whose SHA-256 is among these."""
        if self._older is not None and (self._older / folder).is_dir():
            for path in sorted((self._older / folder).iterdir()):
                if path.is_file() and (digest := measured(path).sha256) in digests:
                    self.has(f"{folder}/{path.name}", digest)

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Give a file to write to; it gets its name at the end of a block that raised nothing."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=".part-", dir=path.parent)
        try:
            with os.fdopen(handle, "w+b") as stream:
                yield stream
            Path(part).replace(path)
        finally:
            Path(part).unlink(missing_ok=True)

    def finish(self) -> dict[str, VendoredFile]:
        """Give all files one mode and time, and return them by their path in the folder."""
        for path in self.folder.rglob("*"):
            if path.is_dir():
                path.chmod(0o755)
            else:
                path.chmod(0o644)
                os.utime(path, (_TIME, _TIME))
        return files_of(self.folder)


def files_of(folder: Path) -> dict[str, VendoredFile]:
    """Read all files of a folder but its record, several at once, and return them by their path in the folder."""
    paths = [path for path in sorted(folder.rglob("*")) if not path.is_dir() and path != folder / RECORD]
    names = [path.relative_to(folder).as_posix() for path in paths]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # hashing lets other threads of Python go on
        return dict(zip(names, pool.map(measured, paths), strict=True))


def measured(path: Path) -> VendoredFile:
    """Return size and SHA-256 of a file."""
    digest, size = sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return VendoredFile(sha256=digest.hexdigest(), size=size)
