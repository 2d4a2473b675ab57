"""How the fields of a word stand among its arguments. A word's file annotates its fields with these."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from envc.syntax.program import Argument, Kind

_PLAIN: frozenset[Kind] = frozenset({"word", "number", "string"})
#: Whatever may be given to a parameter; what a reference refers to is looked up elsewhere.
ANY: frozenset[Kind] = frozenset({"word", "number", "string", "script", "constraint", "reference"})


class Positional(NamedTuple):
    """Takes the next argument that is no keyword; with `many`, all that are left."""

    many: bool = False
    kinds: frozenset[Kind] = _PLAIN


class Keyword(NamedTuple):
    """Takes the argument (with `many`, the arguments) behind its name; `name` defaults to the field's.

    In an inline list it belongs to the entry before it where one of the words `first` follows, and then strings; what
    stands behind that may be the entry's other keywords. Without such a word it belongs to the list. Behind those of
    them that are `named` a name stands before such strings, which needs no quotes.

    With `before_entries` its values are names, and end where an entry of the word begins: at a text, or at one of the
    words that an entry may begin with. The first value is one whatever it is.
    """

    name: str = ""
    many: bool = False
    kinds: frozenset[Kind] = _PLAIN
    first: frozenset[str] = frozenset()
    before_entries: bool = False
    named: frozenset[str] = frozenset()


class Flag(NamedTuple):
    """Is true when its name stands among the arguments."""


class Choice(NamedTuple):
    """Is one of the words that its Literal type lists; the word alone says it."""


class Entries(NamedTuple):
    """A list, inline or in a block. Inline, each word begins an entry: `ml torch 2.7 numpy`.

    In a block each item is one: `ml < torch 2.7; numpy >`. The entry's own model says what may stand in it. A list that
    is `optional` may have none: the word says something without.
    """

    model: type[BaseModel]
    optional: bool = False


class Items(NamedTuple):
    """The block holds items whose words stand in this place, such as `env`."""

    place: str


Form = Positional | Keyword | Flag | Choice | Entries | Items
_FORMS = (Positional, Keyword, Flag, Choice, Entries, Items)


class Layout(NamedTuple):
    """The fields of a model by the way they are written."""

    positional: tuple[tuple[str, Positional], ...]
    required: frozenset[str]
    keywords: dict[str, tuple[str, Keyword]]
    flags: dict[str, str]
    choices: dict[str, str]
    entries: tuple[str, Entries] | None
    items: tuple[str, Items] | None
    brought_along: Mapping[str, str]  # what people write there from habit, and what is said of it

    @property
    def words(self) -> list[str]:
        """Every word that has a meaning among the arguments."""
        return sorted({*self.keywords, *self.flags, *self.choices})

    def has_meaning(self, argument: Argument) -> bool:
        """Say whether an argument is one of these words; a parameter's value is a choice at the most."""
        known = argument.value in self.choices if argument.given is not None else bool(self.field_of(argument.value))
        return argument.kind == "word" and known

    def field_of(self, word: str) -> str:
        """Return the field that a word among the arguments says; nothing for a word that has no meaning there."""
        if word in self.keywords:
            return self.keywords[word][0]
        return self.flags.get(word) or self.choices.get(word, "")


@lru_cache
def layout_of(model: type[BaseModel]) -> Layout:
    """Read the layout of a model off its annotations."""
    positional: list[tuple[str, Positional]] = []
    keywords: dict[str, tuple[str, Keyword]] = {}
    flags: dict[str, str] = {}
    choices: dict[str, str] = {}
    entries: tuple[str, Entries] | None = None
    items: tuple[str, Items] | None = None
    required = set()
    for field, information in model.model_fields.items():
        form = form_of(information)
        if information.is_required():
            required.add(field)
        if isinstance(form, Positional):
            positional.append((field, form))
        elif isinstance(form, Keyword):
            keywords[form.name or field] = (field, form)
        elif isinstance(form, Flag):
            flags[field] = field
        elif isinstance(form, Choice):
            choices.update(dict.fromkeys(literals(information.annotation), field))
        elif isinstance(form, Entries):
            entries = (field, form)
        elif isinstance(form, Items):
            items = (field, form)
    brought_along: Mapping[str, str] = getattr(model, "brought_along", {})
    return Layout(tuple(positional), frozenset(required), keywords, flags, choices, entries, items, brought_along)


def form_of(information: FieldInfo) -> Form | None:
    """Return how a field is written, or None for one that no program writes."""
    return next((one for one in information.metadata if isinstance(one, _FORMS)), None)


@lru_cache
def begins_of(entries: Entries) -> frozenset[str]:
    """Return the words that an entry may begin with, where its first field lists them."""
    field, _ = layout_of(entries.model).positional[0]
    return frozenset(literals(entries.model.model_fields[field].annotation))


def literals(annotation: Any) -> list[str]:
    """Return the strings of a Literal, also inside `Literal[…] | None`."""
    found: list[str] = []
    for argument in get_args(annotation):
        if isinstance(argument, str):
            found.append(argument)
        else:
            found.extend(literals(argument))
    return found
