"""pip-compile as the resolver that a project may name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from envc.diagnostics import Diagnostic
from envc.lock.resolution import Resolver
from envc.resolvers.pip_tools import PipTools
from envc.resolvers.settings import Settings


def make(cache: Path, settings: Settings, warn: Callable[[Diagnostic], None]) -> Resolver:
    """Return it."""
    return PipTools(cache, settings, warn=warn)
