"""The index that a build sees: of each name what its one index has, so that none can be replaced by another's.

There are two questions, `/WORD/simple/NAME/` and `/WORD/files/NAME/WHEEL`. Wheels alone are shown, as the tools of a
build are locked as wheels alone: nobody's code runs but that of the package. Logins stay in this process.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from envc.lock.package_sources import PackageSourceWish
from envc.resolvers.loopback import NOT_THERE, Answer, Loopback
from envc.resolvers.package_indexes import FOLDER
from envc.resolvers.package_indexes.index import Indexes
from envc.resolvers.package_indexes.page import JSON, File
from envc.resolvers.package_indexes.selection import Taker
from envc.resolvers.package_indexes.session import IndexFailureError, Session, is_secure
from envc.resolvers.settings import Settings


class Relay(Loopback):
    """The server of one build system that is asked. `cache` keeps files by the checksums that pages state.

    What has no checksum is kept in `private`, a folder that goes with the build.
    """

    def __init__(self, wish: PackageSourceWish, settings: Settings, cache: Path, private: Path) -> None:
        from envc.resolvers.credentials import with_login, with_logins

        self.failures: list[dict[str, Any]] = []
        self.shown: dict[str, dict[str, File]] = {}
        super().__init__(self.failures.append)
        self.files, self.private = cache / "sources", private
        addresses = {name: with_login(address, settings, os.environ) for name, address in wish.indexes}
        routes = {name: addresses[index] for name, index in wish.routes}
        places = with_logins(settings, os.environ).remote_indexes
        self.elsewhere = {name for name, _ in wish.elsewhere}
        self.session = Session(settings, (*filter(None, places), *routes.values()), os.environ)
        self.indexes = Indexes(self.session, routes, places, Taker(wish.target), cache / FOLDER, _in_silence)
        self.indexes.flat = frozenset(name for name, index in wish.routes if index in wish.pages)

    def close(self) -> None:
        """Keep what was learnt, and close all connections to indexes."""
        self.indexes.close()

    def answer(self, parts: list[str]) -> Answer:
        """Return the page of a name, or a wheel."""
        if parts[:1] == ["simple"] and len(parts) == 3:
            if wheels := self.wheels(parts[1]):
                return Answer(200, JSON, _page_for(parts[1], wheels))
        elif parts[:1] == ["files"] and len(parts) == 3 and (file := self.wheels(parts[1]).get(parts[2])):
            return Answer(200, "application/octet-stream", self.fetched(parts[1], file))
        return NOT_THERE

    def wheels(self, name: str) -> dict[str, File]:
        """Return the wheels that the index of a name has of it, by the names of their files."""
        if name in self.elsewhere:
            return {}
        if name not in self.shown:  # a page is not held, and that of some names is asked for anew to be read
            files = self.indexes.offer(name).page.files
            self.shown[name] = {file.filename: file for file in files if file.filename.endswith(".whl")}
        return self.shown[name]

    def fetched(self, name: str, file: File) -> Path:
        """Return where a wheel lies on this machine. Raises `IndexFailureError` for other bytes than the page's."""
        stated = (file.sha256 or "").lower()
        known = self.files / stated if len(stated) == 64 and stated.isalnum() else None
        if known is not None and known.is_file() and _digest(known) == stated:
            return known
        folder = self.private if known is None else self.files
        folder.mkdir(parents=True, exist_ok=True)
        handle, name_of_new = tempfile.mkstemp(dir=folder)
        os.close(handle)
        new = Path(name_of_new)
        try:
            self.fetch(self.indexes.offer(name).page.url_of(file), stated, new)
        except BaseException as error:
            new.unlink()
            if isinstance(error, IndexFailureError):
                error.facts["package"] = name
            raise
        return new.replace(known) if known is not None else new

    def fetch(self, address: str, stated: str, place: Path) -> None:
        """Read a file piece by piece. Raises `IndexFailureError`."""
        if not stated and not is_secure(address, self.session.settings.trusted_hosts):
            raise IndexFailureError("insecure", address)
        with place.open("wb") as written:
            reply = self.session.ask(address, {"Accept-Encoding": "identity"}, sink=written.write)
        if reply.status >= 400:
            kind = "unauthorised" if reply.status in {401, 403, 407} else "status"
            raise IndexFailureError(kind, address, "", reply.status)
        if stated and _digest(place) != stated:
            raise IndexFailureError("wrong-hash", address)


def _page_for(name: str, wheels: dict[str, File]) -> bytes:
    files = [
        {
            "filename": filename,
            "url": f"../../files/{name}/{quote(filename)}",
            "hashes": {"sha256": file.sha256.lower()} if file.sha256 else {},
            "requires-python": file.requires_python,
            "yanked": False if file.yanked is None else (file.yanked or True),
        }
        for filename, file in wheels.items()
    ]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1024 * 1024), b""):
            digest.update(piece)
    return digest.hexdigest()


def _in_silence(_: str) -> None:
    """Say nothing of each name: what is asked of whom has been said."""
