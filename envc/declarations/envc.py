"""The word `envc`: which edition of the language a program is written in."""

from __future__ import annotations

from typing import Annotated, ClassVar

from envc.language.fields import Positional
from envc.language.values import Count
from envc.language.word import Declaration


class Envc(Declaration):
    """Names the edition of the language; the first line of a program.

    Without it the newest edition is meant, and the lock records which one that was.
    """

    place: ClassVar[str] = "file"
    examples = ("envc 1",)

    edition: Annotated[Count, Positional()]
