"""What a word of the language is: a frozen pydantic model in a file of its own in `envc/declarations/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from envc.diagnostics import Diagnostic
from envc.language.origin import Origin
from envc.syntax.program import Item

if TYPE_CHECKING:
    from envc.language.environment import Environment
    from envc.language.facets import Facet


class Entry(BaseModel):
    """One entry of a list, such as a package of `ml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Words of other tools, `a number` or `a block`, that it does not take, and what to do in their place.
    brought_along: ClassVar[Mapping[str, str]] = {}


class Declaration(BaseModel):
    """One item, understood. A subclass is a word: its docstring is the word's documentation.

    The first line of the docstring is the summary that lists show.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Where the word may stand: `file` (the top of a program) or `env`.
    place: ClassVar[str] = "env"
    #: Whether an environment may hold the word more than once.
    repeatable: ClassVar[bool] = False
    #: Whether what it lists are things of their own, which `drop` names one by one, or all say something of one thing.
    lists_things: ClassVar[bool] = True
    #: How many arguments say one of the things that it lists.
    thing_size: ClassVar[int] = 1
    #: The field that lists what an item has beside its first facet: `base "image" provides torch apex`.
    listed_behind: ClassVar[str | None] = None
    #: Whether it may stand in `stage`, and then says what it says of that stage only.
    in_stages: ClassVar[bool] = False
    #: Words of other tools, `a number` or `a block`, that it does not take, and what to do in their place.
    brought_along: ClassVar[Mapping[str, str]] = {}
    #: Programs' lines that show it; each is a test.
    examples: ClassVar[Sequence[str]] = ()

    @classmethod
    def misread(cls, item: Item) -> Iterable[Diagnostic]:  # noqa: ARG003  # what a word without such mistakes ignores
        """Return what is said of an item whose arguments would be taken for something that nobody means."""
        return ()

    def facets(self, origin: Origin) -> Iterable[Facet]:  # noqa: ARG002  # what a word without facets ignores
        """Return what the environment is to have because of this item."""
        return ()

    def check(self, origin: Origin, environment: Environment) -> Iterable[Diagnostic]:  # noqa: ARG002
        """Return what is wrong, or worth a warning, with this item in its environment."""
        return ()


class Words(Protocol):
    """All words there are, found by name."""

    def find(self, name: str) -> type[Declaration] | None:
        """Return the word of this name, or None."""
        ...

    def names(self) -> list[str]:
        """Return every name, sorted."""
        ...
