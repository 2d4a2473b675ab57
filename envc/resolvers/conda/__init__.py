"""Chooses conda packages with py-rattler, the solver that pixi uses, in an environment of its own.

`inside.py` runs there and imports nothing of envc. Channels have names everywhere but in what passes to that process.
"""

from __future__ import annotations

from envc.resolvers.conda.resolver import Conda

__all__ = ["Conda"]
