"""Targets write a plan down, one file or folder each. The folder is walked: a new target is a new file.

A target has a function `emit(plan, hashes)` that returns {file name: text}. It decides nothing.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from envc.plan.hash import PlanHash
from envc.plan.plan import Plan

_FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Return every target's name, sorted."""
    return sorted(
        one.stem for one in _FOLDER.iterdir() if one.name[0].isalpha() and (one.is_dir() or one.suffix == ".py")
    )


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:
    """Return the files of every target, sorted by name."""
    files: dict[str, str] = {}
    for name in names():
        made: dict[str, str] = import_module(f"{__name__}.{name}").emit(plan, hashes)
        twice = files.keys() & made.keys()
        if twice:
            raise AssertionError(f"the target {name} writes {', '.join(sorted(twice))}, which another writes, too")
        files.update(made)
    return dict(sorted(files.items()))
