"""Why something is refused that the language says with a word of its own: a diagnostic, and what to write. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from envc.language.values import refuse


class Refused(NamedTuple):
    """Why something is refused: the diagnostic's name, what its label says, what to write, and a word in its place."""

    name: str
    why: str
    remedy: str
    word: str = ""


def refuse_first(found: Iterator[Refused]) -> None:
    """Refuse a value for the first of some reasons, if there is one."""
    refused = next(found, None)
    if refused:
        refuse(refused.name, refused.why, refused.remedy)
