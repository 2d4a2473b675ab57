"""Whether the image that runs keeps Python's headers. Pure."""

from __future__ import annotations

import re

from envc.plan.system_parts import AptPart

_COMPILER = re.compile(r"(?:gcc|g\+\+|clang)(?:-[0-9]+)?|build-essential", re.ASCII)


def keeps_headers(apt: AptPart) -> bool:
    """Say whether a compiler is in the image that runs: what compiles there, as Triton does, includes `Python.h`."""
    return any(map(_COMPILER.fullmatch, apt.inference))
