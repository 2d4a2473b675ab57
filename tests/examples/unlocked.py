"""The environments of the examples that have no lock, as the gallery's README lists them, with the reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

GALLERY = Path(__file__).parents[2] / "examples" / "gallery"

_ROW = re.compile(r"^\| `(?P<program>[a-z]+)` \| `(?P<environment>[a-z-]+)` \| (?P<reason>.+) \|$", re.MULTILINE)


class Unlocked(NamedTuple):
    """A row: an environment that nothing is compiled of."""

    program: Path
    environment: str
    reason: str


def unlocked() -> tuple[Unlocked, ...]:
    """Return the rows of the table."""
    text = (GALLERY / "README.md").read_text(encoding="utf-8").partition("\n## Not locked\n")[2].partition("\n## ")[0]
    return tuple(
        Unlocked(GALLERY / row["program"] / f"{row['program']}.env", row["environment"], row["reason"])
        for row in _ROW.finditer(text)
    )
