"""The one way in which this package changes pip and pip-tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def change(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace an attribute by what `make` makes of the old one."""
    setattr(owner, name, make(getattr(owner, name)))
