"""What each machinery that runs containers knows, one file each. The folder is walked: `target NAME` is the file NAME.

`envc/language/targets/slurm.py` holds the class `Slurm`; `envc/targets/slurm/` writes its manifest.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from envc.language.targets._machinery import Machinery

_FOLDER = Path(__file__).parent


@cache
def names() -> tuple[str, ...]:
    """Return what `target` may name, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("[a-z]*.py")))


@cache
def machinery(name: str) -> Machinery:
    """Return what the machinery of a name knows."""
    found = getattr(import_module(f"{__name__}.{name}"), name.capitalize())()
    assert isinstance(found, Machinery)  # noqa: S101  # a file without its class is a bug
    return found


def forms() -> tuple[str, ...]:
    """Return all that a program may become somewhere: `target NAME as FORM`."""
    return tuple(dict.fromkeys(form for name in names() for form in machinery(name).forms))
