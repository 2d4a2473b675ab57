"""A file that is written after each step of work, so that its age says whether the work goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Beat = Callable[[str], None]
"""Called with the name of a step when that step is done."""


def heartbeat(path: Path) -> Beat:
    """Return a function that writes the last step done to `path`."""

    def beat(step: str) -> None:
        path.write_text(f"{step}\n", encoding="utf-8")

    return beat
