"""Engines make images and run containers. Each is a folder here; the folders are walked, so a new engine is a new one.

An engine's `__init__.py` has a function `engine()` that returns an `Engine`; one that can run containers is a `Runner`.
The modules beside the folders are what all engines share: values, and decisions about containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from envc.diagnostics import Diagnostic, Report
from envc.engines.protocol import Engine, EngineState

_FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Return the name of every engine, sorted."""
    return sorted(one.parent.name for one in _FOLDER.glob("[a-z]*/__init__.py"))


def engine(name: str) -> Engine:
    """Return the engine of that name. Raises a Report when there is none."""
    if name not in names():
        note = f"engines: {', '.join(names())}"
        raise Report([Diagnostic("unknown-engine", f"there is no engine `{name}`", notes=(note,))])
    made: Engine = import_module(f"{__name__}.{name}").engine()
    return made


def states() -> Iterator[EngineState]:
    """Ask every engine whether it answers. Raises nothing."""
    for name in names():
        yield engine(name).state()


def answering() -> Engine | None:
    """Return the first engine that answers, or None."""
    return next((engine(state.name) for state in states() if state.answers), None)
