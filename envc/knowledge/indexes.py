"""Package indexes that have a name. `stdlib/indexes.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.knowledge.values import Address
from envc.language.fields import Flag, Keyword, Positional
from envc.language.values import ShortVersion


class Index(Fact):
    """An index and the builds it has: those for one version of CUDA or ROCm, or those for none."""

    name: Annotated[str, Positional()]
    address: Annotated[Address, Positional(kinds=frozenset({"string"}))]
    cuda: Annotated[ShortVersion | None, Keyword()] = None
    rocm: Annotated[ShortVersion | None, Keyword()] = None
    cpu: Annotated[bool, Flag()] = False


WORDS: Mapping[str, type[Line]] = {"index": Index}
