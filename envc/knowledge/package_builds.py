"""How packages are built: what their builds need and do not say, and what compiles. `stdlib/builds.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Keyword, Positional


class UnsaidNeeds(Fact):
    """A package whose build imports others that it does not name: `unsaid flash-attn needs ninja torch`."""

    package: Annotated[str, Positional()]
    needs: Annotated[tuple[str, ...], Keyword(many=True)]


class Compiling(Fact):
    """What builds that compile ask for: a folder of the project whose build names one has extensions."""

    packages: Annotated[tuple[str, ...], Positional(many=True)]


WORDS: Mapping[str, type[Line]] = {"unsaid": UnsaidNeeds, "compiling": Compiling}
