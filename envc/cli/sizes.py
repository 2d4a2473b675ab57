"""Sizes for people."""

from __future__ import annotations


def size_text(size: int) -> str:
    """Return a number of bytes with three digits and a decimal unit, as Docker writes it: `312 MB`."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} TB"


def memory_text(size: int) -> str:
    """Return a number of bytes as programs of the language write memory: `512 MiB`."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:g} {unit}"
        amount /= 1024
    return f"{amount:g} GiB"
