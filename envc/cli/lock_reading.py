"""An environment's lock, read from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from envc.diagnostics import Report, Source

if TYPE_CHECKING:
    from envc.lock.files import LockedFiles

from envc.cli.loading import Loaded

#: The file of a lock that is there when the lock is.
LOCK_FILE = "lock.json"

#: What an image runs on when nothing else is asked for.
PLATFORM = "linux/amd64"


def read_lock(loaded: Loaded) -> LockedFiles | None:
    """Return the environment's lock on the platform, or None when there is none. Raises a Report when it is damaged.

    When no platform is asked for it is linux/amd64's, or that of the only other platform.
    """
    platforms = read_platforms(loaded)
    return platforms.get(loaded.platform or default_platform(platforms))


def default_platform(platforms: Mapping[str, LockedFiles]) -> str:
    """Return the platform that is meant when none is named."""
    return PLATFORM if PLATFORM in platforms or not platforms else min(platforms)


def read_platforms(loaded: Loaded) -> dict[str, LockedFiles]:
    """Return the environment's locks by platform; none when it was never locked. Raises a Report for a damaged one."""
    folder = loaded.lock_folder
    if loaded.memory:
        loaded.memory.read_folder(folder)
    if not (folder / LOCK_FILE).is_file():
        from envc.sources.writing import recover_folder

        recover_folder(folder)
        if not (folder / LOCK_FILE).is_file():
            return {}
    from envc.lock.files import read as read_lock_files

    return read_lock_files(lock_texts(folder, loaded.places.lock), loaded.places.lock)


def lock_texts(folder: Path, shown: str) -> dict[str, str]:
    """Return the texts of a lock's folder by name; `shown` is how messages name it. Raises a Report for other bytes."""
    texts = {}
    for file in folder.iterdir():
        if file.suffix in {".json", ".txt"} and file.is_file():
            try:
                texts[file.name] = file.read_bytes().decode()
            except UnicodeDecodeError:
                from envc.lock.files import damaged

                raise damaged(Source(f"{shown}/{file.name}", ""), "it is no text in UTF-8") from None
    return texts


def fresh_lock(loaded: Loaded) -> LockedFiles:
    """Return the lock. Raises a Report when there is none or it was made for another program."""
    from envc.lock.freshness import is_fresh, missing_lock, stale_lock

    locked = read_lock(loaded)
    program = loaded.source.path
    place = f"{loaded.places.lock}/{LOCK_FILE}"
    if locked is None:
        raise Report([missing_lock(loaded.environment, program, place, loaded.platform)])
    environment = loaded.environment.on(locked.lock.platform)
    if not is_fresh(environment, locked.lock):
        raise Report([stale_lock(environment, locked.lock, program, place)])
    return locked
