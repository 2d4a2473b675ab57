"""What fetches packages for a build. `stdlib/fetchers.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Keyword, Positional
from envc.language.values import Text

_STRING = frozenset({"string"})


class Fetcher(Fact):
    """A program that fetches what the lock of a source says."""

    name: Annotated[str, Positional()]
    #: The toolchain that brings it.
    toolchain: Annotated[str, Keyword()]
    #: How the names of the distribution's packages begin that bring it.
    package: Annotated[str, Keyword()]
    #: Its arguments, the program first.
    command: Annotated[tuple[Text, ...], Keyword(many=True, kinds=_STRING)]
    #: `NAME=VALUE`, of every step of the build.
    variables: Annotated[tuple[Text, ...], Keyword(many=True, kinds=_STRING)]


WORDS: Mapping[str, type[Line]] = {"fetcher": Fetcher}
