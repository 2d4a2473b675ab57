"""The way in: what the base is, where apt runs, which archives are asked in which order."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from envc.knowledge.archives import Archive
from envc.knowledge.library import Library
from envc.lock.resolution import Progress
from envc.lock.system_packages import (
    BaseSystem,
    NoVersions,
    SystemRequest,
    SystemResult,
    SystemWish,
    UnusableRepository,
)
from envc.resolvers.apt import machine
from envc.resolvers.apt.base import PATHS, base_of
from envc.resolvers.apt.configuration import Source, public_sources, repository_sources, snapshot_sources
from envc.resolvers.apt.container import started
from envc.resolvers.apt.failures import Failure, report_of
from envc.resolvers.apt.files import BaseFiles
from envc.resolvers.apt.place import MachinePlace, Place, apt_of_this_machine, locked
from envc.resolvers.apt.session import resolve, update_alone


def this_day() -> str:
    """Return the beginning of this day, as snapshots are named."""
    return datetime.now(timezone.utc).strftime("%Y%m%dT000000Z")


class Apt:
    """Resolves with apt, on this machine where it has one, else in a container of the base image.

    `cache` is a folder for indexes, `files` are asked in turn for the base's files, `today` names the snapshot to take
    for a base that names none. `here` says whether this machine's apt may be used.
    """

    def __init__(
        self,
        library: Library,
        cache: Path,
        files: Sequence[BaseFiles],
        environ: Mapping[str, str] | None = None,
        today: Callable[[], str] = this_day,
        *,
        here: bool | None = None,
    ) -> None:
        self._library = library
        self._cache = cache
        self._files = files
        self._environ = os.environ if environ is None else environ
        self._today = today
        self._here = apt_of_this_machine() if here is None else here
        self._bases: dict[tuple[str, str, str], BaseSystem | NoVersions] = {}

    def resolve(self, wish: SystemWish, progress: Progress) -> SystemResult:
        """Choose every version once. Raises a `Report`: `untrusted-archive` and `archive-failed` (exit code 3)."""
        progress(f"reading {wish.repository}")
        base = self._base(wish)
        if isinstance(base, NoVersions):
            return base
        archives = self._library.archives(base.distribution, base.architecture)
        progress(f"system packages: {', '.join(wish.names)}")
        with self._place(wish, base, archives[0].keyring) as (place, reach):
            if place is None:
                return NoVersions("neither this machine nor an engine that answers has apt")
            return self._ask(place, reach, wish, base, archives)

    def _base(self, wish: SystemWish) -> BaseSystem | NoVersions:
        key = (wish.repository, wish.digest, wish.platform)
        if key not in self._bases:
            found: Mapping[str, bytes] = {}
            for files in self._files:
                found = files.files_of(*key, PATHS)
                if found:
                    break
            unread = NoVersions("neither a registry nor an engine gives the files of the base image")
            self._bases[key] = base_of(found, wish.platform) if found else unread
        return self._bases[key]

    @contextmanager
    def _place(self, wish: SystemWish, base: BaseSystem, keyring: str) -> Iterator[tuple[Place | None, str]]:
        """Yield where apt runs, and how archives are reached from there."""
        if self._here and (base.keyring or Path(keyring).is_file()):
            with tempfile.TemporaryDirectory(prefix="envc-apt-") as folder:
                yield MachinePlace(Path(folder), self._cache / "apt"), machine.reach_of_this_machine()
        else:
            with started(wish.repository, wish.digest) as place:
                yield place, ""

    def _ask(
        self, place: Place, reach: str, wish: SystemWish, base: BaseSystem, archives: tuple[Archive, ...]
    ) -> SystemResult:
        extra = repository_sources(wish.repositories, self._environ)
        for one in extra:
            request = SystemRequest(base, wish.names, repositories=wish.repositories)
            with self._indexes(place, (one,)):
                failed = update_alone(place, request, one, reach)
            if failed:
                return UnusableRepository(one.archive, failed.kind != "untrusted", failed.reasons)
        failures: list[Failure] = []
        for sources, snapshot in self._attempts(place, wish, base, archives):
            request = SystemRequest(base, wish.names, wish.kept, snapshot, wish.repositories, wish.files)
            with self._indexes(place, (*sources, *extra)):
                found = resolve(place, request, sources, archives[0].keyring, reach, extra)
            if not isinstance(found, Failure):
                return found
            if snapshot is None:
                failures.append(found)
        where = f"{base.distribution} {base.release}"
        for failure in failures:
            if failure.kind in {"untrusted", "failed"}:
                raise report_of(failure, where)
        if any(failure.kind == "absent" for failure in failures):
            return NoVersions(f"no archive that answers has {where}")
        return NoVersions(f"no archive of {where} answers")

    def _attempts(
        self, place: Place, wish: SystemWish, base: BaseSystem, archives: tuple[Archive, ...]
    ) -> Iterator[tuple[tuple[Source, ...], str | None]]:
        """Yield the archives to ask: as they were at a time, at this machine's addresses, at the public ones."""
        time = wish.snapshot or base.snapshot or self._today()
        kept = tuple(
            one.model_copy(update={"snapshots": self._environ.get(machine.snapshots_variable_of(one)) or one.snapshots})
            for one in archives
        )
        yield snapshot_sources(kept, base.release, time), time
        given = machine.given_sources(archives, base.release, self._environ)
        if given:
            yield given, None
            return
        public = public_sources(archives, base.release)
        if isinstance(place, MachinePlace):
            own = machine.machine_sources(archives, base.release, machine.addresses_of_this_machine())
            if own and own != public:
                yield own, None
        yield public, None

    @contextmanager
    def _indexes(self, place: Place, sources: tuple[Source, ...]) -> Iterator[None]:
        """Give the place a folder for the indexes of these archives, which no other process uses meanwhile."""
        if not isinstance(place, MachinePlace):
            yield
            return
        name = hashlib.sha256("\n".join(map(repr, sources)).encode()).hexdigest()[:16]
        folder = self._cache / "apt" / name
        with locked(folder / "lock"):
            (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
            place.lists = str(folder / "lists")
            yield
