"""The date of the library. `stdlib/library.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Line
from envc.knowledge.values import Date
from envc.language.fields import Positional


class LibraryDate(Line):
    """The day after which no fact of the library was read."""

    day: Annotated[Date, Positional()]


WORDS: Mapping[str, type[Line]] = {"library": LibraryDate}
