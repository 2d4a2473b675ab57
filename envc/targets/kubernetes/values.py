"""Names, quantities and texts as Kubernetes reads them."""

from __future__ import annotations

import re


def literal(text: str) -> str:
    """Return a text of a command or a variable that Kubernetes reads as it is: it resolves `$(NAME)` there."""
    return text.replace("$", "$$")


def reference(variable: str) -> str:
    """Return what Kubernetes puts a variable's value in the place of."""
    return f"$({variable})"


def dns_label(text: str, longest: int = 63) -> str:
    """Return a text as a name of an object: lower-case letters, digits, `-`; a letter first, as a Service wants it."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    name = name if name[:1].isalpha() else f"env-{name}"
    return name[:longest].rstrip("-")


def memory(size: int) -> str:
    """Return bytes as a quantity, `32Gi` where that is exact."""
    for unit, factor in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if size % factor == 0:
            return f"{size // factor}{unit}"
    return str(size)


def processors(thousandths: int) -> str:
    """Return processors as a quantity: `8`, `1500m`."""
    whole, rest = divmod(thousandths, 1000)
    return f"{thousandths}m" if rest else str(whole)


def whole_seconds(milliseconds: int) -> int:
    """Return a time in seconds, the next whole one, for Kubernetes knows no others."""
    return max(1, -(-milliseconds // 1000))
