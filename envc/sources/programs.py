"""Finds the programs of a folder."""

from __future__ import annotations

import os
from pathlib import Path

#: What is never looked into beside hidden folders: what tools make.
_MADE = frozenset(("build", "dist", "lockfiles", "node_modules", "site-packages", "venv", "__pycache__"))


def programs_below(folder: Path) -> list[Path]:
    """Return the programs in a folder and below, sorted. Hidden files and what tools make are left out."""
    found = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _MADE)
        found += [Path(here, name) for name in files if name.endswith((".env", ".envc")) and not name.startswith(".")]
    return sorted(found)
