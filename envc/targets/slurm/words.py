"""The only place where text of a shell is made: words of bash, from values that stand for themselves and variables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from envc.plan.launching import Late


class Joined(NamedTuple):
    """One word made of several parts."""

    parts: tuple[str | Late, ...]


Word = str | Late | Joined
_PLAIN = re.compile(r"[\w@%+=:./-]+", re.ASCII)


def word(value: Word) -> str:
    """Return one word as bash reads it: values in single quotes where they need any, variables in double quotes."""
    if isinstance(value, Joined):
        return "".join(word(part) for part in value.parts if part != "")
    if isinstance(value, Late):
        return f'"${{{value.variable}}}"'
    return value if _PLAIN.fullmatch(value) else "'" + value.replace("'", "'\\''") + "'"


def array(name: str, words: Iterable[Word]) -> list[str]:
    """Return the lines that give an array its words, one a line."""
    return [f"{name}=(", *(f"  {word(one)}" for one in words), ")"]
