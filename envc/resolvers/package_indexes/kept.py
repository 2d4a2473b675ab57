"""What was learnt of indexes, kept from run to run in one file, and written in one step at the end of a run.

A file for each fact would cost more time than the facts: making one takes half a millisecond. A cache that cannot be
read or written is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

#: Part of the file's name: what is kept is written in this form, by these rules of what a target takes.
FORM = 1

#: Bytes that are written at once.
PAGE = 32768

#: Seconds to wait for another process that writes.
PATIENCE = 2.0

#: Bytes that the file may hold. A lock of 266 packages keeps some megabytes.
LARGEST = 2**28

#: The older half of what is kept, all of it where that is one row. A row that is written anew is the youngest.
_FORGET = (
    "DELETE FROM kept WHERE rowid <= "
    "(SELECT rowid FROM kept ORDER BY rowid LIMIT 1 OFFSET (SELECT count(*) / 2 FROM kept))"
)


class Kept:
    """Contents by key. Threads may ask it at once. Of more than `largest` bytes the older half is forgotten."""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self.place = folder / f"kept-{FORM}.sqlite"
        self.largest = largest
        self.lock = Lock()
        self.new: dict[str, bytes] = {}
        self.keys: set[str] = set()  # of what the file has
        self.opened: sqlite3.Connection | None = None
        self.is_broken = False

    def get(self, key: str) -> bytes | None:
        """Return what is kept by a key."""
        with self.lock:
            if key in self.new:
                return self.new[key]
            if (connection := self.connection()) is None or key not in self.keys:
                return None
            with self.forgiving():
                row = connection.execute("SELECT content FROM kept WHERE key = ?", (key,)).fetchone()
                return row[0] if row and isinstance(row[0], bytes) else None
        return None

    def put(self, key: str, content: bytes) -> None:
        """Keep something when the run ends."""
        with self.lock:
            self.new[key] = content

    def close(self) -> None:
        """Write what is new. Nothing is kept after that, and nothing known."""
        with self.lock:
            if self.new and (connection := self.connection()) is not None:
                with self.forgiving():
                    connection.execute("BEGIN IMMEDIATE")
                    connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", self.new.items())
                    while self.size_of(connection) > self.largest and connection.execute(_FORGET).rowcount:
                        pass
                    connection.execute("COMMIT")
            self.new.clear()
            if self.opened is not None:
                self.opened.close()
                self.opened = None
            self.is_broken = True

    def connection(self) -> sqlite3.Connection | None:
        """Return the open file, or None where there can be none."""
        if self.opened is None and not self.is_broken:
            with self.forgiving():
                self.opened = self.open()
                self.keys.update(key for (key,) in self.opened.execute("SELECT key FROM kept"))
        return None if self.is_broken else self.opened

    def open(self) -> sqlite3.Connection:
        """Open the file, which nobody else may read: indexes may be private."""
        import sqlite3

        self.place.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.place, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(self.place, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE}")
            connection.execute("PRAGMA synchronous = OFF")  # who kills a process loses nothing by that
            connection.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, content BLOB)")
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def size_of(connection: sqlite3.Connection) -> int:
        """Return how many bytes the contents take. Room that is free is used before the file grows."""
        pages, free = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        return (int(pages) - int(free)) * PAGE

    @contextmanager
    def forgiving(self) -> Iterator[None]:
        """Go on without the file when it is of no use, and remove it when it is damaged."""
        try:
            yield
        except (OSError, ImportError):  # some builds of Python have no SQLite
            self.is_broken = True
        except Exception as error:
            import sqlite3

            if not isinstance(error, sqlite3.Error):
                raise
            self.is_broken = True
            if not isinstance(error, sqlite3.OperationalError):
                with suppress(OSError):
                    self.place.unlink()
