"""The word `group`: environments that are resolved together."""

from __future__ import annotations

from typing import Annotated, ClassVar

from envc.language.fields import Entries, Positional
from envc.language.values import Name
from envc.language.word import Declaration, Entry


class GroupEntry(Entry):
    """The name of an environment of the same file."""

    name: Annotated[Name, Positional(kinds=frozenset({"word"}))]


class Group(Declaration):
    """Resolves environments together, so that what two of them use is the same file: no skew between train and serve.

    An environment is in one group at the most.
    """

    place: ClassVar[str] = "file"
    repeatable = True
    examples = ("group core < train; serve >", "group core train serve")

    name: Annotated[Name, Positional(kinds=frozenset({"word"}))]
    members: Annotated[tuple[GroupEntry, ...], Entries(GroupEntry)] = ()
