"""Source archives of indexes: the newest that the program allows, fetched once and checked against the page's hash."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from envc.lock.package_sources import PackageSourceWish
from envc.resolvers.package_indexes import FOLDER
from envc.resolvers.package_indexes.index import Indexes
from envc.resolvers.package_indexes.metadata import get
from envc.resolvers.package_indexes.offered import Offered
from envc.resolvers.package_indexes.page import File, Page
from envc.resolvers.package_indexes.selection import Taker
from envc.resolvers.package_indexes.session import IndexFailureError, Session, is_secure
from envc.resolvers.settings import Settings


class Archive(NamedTuple):
    """A source archive that was fetched."""

    version: str
    file: str
    sha256: str
    size: int
    path: Path


class NoArchive(NamedTuple):
    """There is no archive that fits, and what there is."""

    known: tuple[str, ...]  # versions with an archive, newest first
    wheels: bool  # whether the index has other files of the package


def fetch_archive(
    wish: PackageSourceWish, cache: Path, settings: Settings, progress: Callable[[str], None]
) -> Archive | NoArchive:
    """Choose an archive and fetch it into the cache. Raises `IndexFailureError`."""
    from envc.resolvers.credentials import with_login, with_logins

    named = wish.address and with_login(wish.address, settings, os.environ)
    places = with_logins(settings, os.environ).remote_indexes
    session = Session(settings, tuple(filter(None, (named, *places))), os.environ)
    taker = Taker(wish.target)
    name = wish.package.name
    indexes = Indexes(session, {name: named} if named else {}, places, taker, cache / FOLDER, progress)
    indexes.flat = frozenset({name} if wish.links else ())
    try:
        offered = indexes.offer(name)
        files = offered.page.files
        archives = _archives(name, files, taker)
        version = _chosen(wish, archives)
        if version is None:
            return NoArchive(_known(archives), bool(files))
        return _fetched(session, offered, version, archives[version], cache / "sources")
    except IndexFailureError as error:
        error.facts["package"] = error.facts["package"] or name
        raise
    finally:
        indexes.close()


def _archives(name: str, files: Iterable[File], taker: Taker) -> dict[str, File]:
    """Return the archive of each version that takes the target's Python; a tar goes before a zip."""
    from packaging.utils import InvalidSdistFilename, parse_sdist_filename
    from packaging.version import InvalidVersion

    found: dict[str, File] = {}
    for file in files:
        try:
            own, version = parse_sdist_filename(file.filename)
        except (InvalidSdistFilename, InvalidVersion):
            continue
        if own != name or not taker.takes_python(file.requires_python):
            continue
        known = found.get(str(version))
        if known is None or (known.yanked is not None, known.filename.endswith(".zip")) > (
            file.yanked is not None,
            file.filename.endswith(".zip"),
        ):
            found[str(version)] = file
    return found


def _chosen(wish: PackageSourceWish, archives: dict[str, File]) -> str | None:
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    specifier = SpecifierSet(wish.package.specifier)
    if wish.kept in archives and specifier.contains(wish.kept, prereleases=True):
        return wish.kept
    exact = any(one.operator in {"==", "==="} and "*" not in one.version for one in specifier)
    usable = [version for version, file in archives.items() if file.yanked is None or exact]
    allowed = list(specifier.filter(usable))
    return max(allowed, key=Version) if allowed else None


def _known(archives: dict[str, File]) -> tuple[str, ...]:
    from packaging.version import Version

    return tuple(sorted(archives, key=Version, reverse=True))


def _fetched(session: Session, offered: Offered, version: str, file: File, folder: Path) -> Archive:
    place = folder / file.sha256 if file.sha256 and len(file.sha256) == 64 and file.sha256.isalnum() else None
    if place is not None and place.is_file() and _digest(place.read_bytes()) == file.sha256:
        return Archive(version, file.filename, _digest(place.read_bytes()), place.stat().st_size, place)
    content = _content(session, offered.page, file)
    digest = _digest(content)
    folder.mkdir(parents=True, exist_ok=True)
    handle, new = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as written:
        written.write(content)
    Path(new).replace(folder / digest)
    return Archive(version, file.filename, digest, len(content), folder / digest)


def _content(session: Session, page: Page, file: File) -> bytes:
    address = page.url_of(file)
    if not file.sha256 and not is_secure(address, session.settings.trusted_hosts):
        raise IndexFailureError("insecure", address)
    content = get(session, address, {}).content
    if file.sha256 and _digest(content) != file.sha256.lower():
        raise IndexFailureError("wrong-hash", address, "a source archive is not what the index page says")
    return content


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
