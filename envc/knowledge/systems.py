"""The C library of each system. `stdlib/systems.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Keyword, Positional
from envc.language.values import ShortVersion


class System(Fact):
    """A release of a distribution: `system debian bookworm glibc 2.36`."""

    distribution: Annotated[str, Positional()]
    release: Annotated[str, Positional()]
    glibc: Annotated[ShortVersion, Keyword()]


class PythonNeeds(Fact):
    """`needs debian bookworm glibc 2.35`: what programs of the official Python images of a release need of it."""

    distribution: Annotated[str, Positional()]
    release: Annotated[str, Positional()]
    glibc: Annotated[ShortVersion, Keyword()]


WORDS: Mapping[str, type[Line]] = {"system": System, "needs": PythonNeeds}
