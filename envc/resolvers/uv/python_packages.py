"""uv as the resolver that a project may name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from envc.diagnostics import Diagnostic
from envc.lock.resolution import Resolver
from envc.resolvers.settings import Settings
from envc.resolvers.uv import Uv
from envc.resolvers.uv.program import find_uv


def make(cache: Path, settings: Settings, warn: Callable[[Diagnostic], None]) -> Resolver:
    """Return it. Raises a `Report` where there is no uv."""
    find_uv(os.environ)
    return Uv(cache, settings, warn=warn)
