"""The Dockerfiles that examples compile to: those beside the programs, and those of `stand_ins.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]
_FOUND = sorted(
    path
    for folder in (_TESTS.parent / "examples", _TESTS / "data" / "gallery")
    for path in folder.rglob("expected/*/Dockerfile")
)
DOCKERFILES = [pytest.param(path, id=f"{path.parents[2].name}-{path.parent.name}") for path in _FOUND]
