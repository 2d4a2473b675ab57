"""How far a reading is, said now and then."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic

#: Seconds between two words about one artifact.
_BETWEEN = 2.0


class Passing:
    """Counts bytes from all threads of a reading and says how many have passed, not too often."""

    def __init__(self, say: Callable[[str], None], total: int | None, what: str = "") -> None:
        self._say, self._total, self._what = say, total, what
        self._lock, self._passed, self._said = Lock(), 0, monotonic()

    def __call__(self, size: int) -> None:
        """Take note of so many bytes more."""
        with self._lock:
            self._passed += size
            if monotonic() - self._said < _BETWEEN:
                return
            self._said = monotonic()
            passed = self._passed
        total = f" of {_megabytes(self._total)}" if self._total else ""
        self._say(f"{self._what}{_megabytes(passed)}{total}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
