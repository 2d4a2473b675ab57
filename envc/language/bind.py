"""Gives an item's arguments to the fields of its word's model."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from envc.diagnostics import Diagnostic, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.fields import Entries, Keyword, Layout, begins_of, layout_of
from envc.language.origin import Origin
from envc.language.refused_values import refusals
from envc.language.unexpected_arguments import stray, unexpected, wants_quotes, wrong_kind
from envc.syntax.kinds import kind_of, reads_as
from envc.syntax.program import Argument, Item, Kind

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Bound(Generic[Model]):
    """A model filled from an item, or None, and what was wrong."""

    model: Model | None
    origin: Origin
    mistakes: tuple[Diagnostic, ...] = ()


def bind(
    item: Item, model: type[Model], arguments: tuple[Argument, ...] | None = None, owner: str | None = None
) -> Bound[Model]:
    """Fill a model from an item. `arguments` replaces the item's own (an entry's word is its first argument).

    `owner` is the word that an entry belongs to.
    """
    binder = _Binder(item, layout_of(model), owner)
    binder.take(item.arguments if arguments is None else arguments)
    binder.take_block()
    origin = Origin(item, binder.spans)
    if binder.mistakes:
        return Bound(None, origin, tuple(binder.mistakes))
    try:
        return Bound(model.model_validate(binder.values), origin)
    except ValidationError as error:
        return Bound(None, origin, tuple(refusals(error, item, model, binder.spans, binder.texts, owner)))


class _Binder:
    """Walks the arguments of one item once."""

    def __init__(self, item: Item, layout: Layout, owner: str | None) -> None:
        self.item = item
        self.owner = owner  # the word that an entry belongs to
        self.layout = layout
        self.waiting = list(layout.positional)
        self.values: dict[str, Any] = {}
        self.spans: dict[str, Span] = {}
        self.behind_address = False  # of the last entry of an inline list
        self.texts: dict[Span, str] = {}  # of parameters' values, by where their references stand
        self.mistakes: list[Diagnostic] = []

    def take(self, arguments: tuple[Argument, ...]) -> None:
        waiting = list(arguments)
        while waiting:
            argument = waiting.pop(0)
            if argument.kind == "reference":
                self.mistake("unknown-parameter", f"there is no parameter `${argument.value}`", argument.span)
            elif self.must_be_positional():
                self.take_unnamed(argument, waiting)
            elif _names_one(argument, self.layout.brought_along):
                self.unexpected(argument)
                if waiting and waiting[0].kind != "word":
                    waiting.pop(0)  # its value
            elif not self.has_meaning(argument):
                self.take_unnamed(argument, waiting)
            else:
                self.take_named(argument, waiting)

    def must_be_positional(self) -> bool:
        return bool(self.waiting) and self.waiting[0][0] in self.layout.required and not self.waiting[0][1].many

    def has_meaning(self, argument: Argument) -> bool:
        layout = self.layout
        if argument.given is not None:  # a parameter's value is never a keyword
            return argument.kind == "word" and argument.value in layout.choices
        return argument.kind == "word" and (
            argument.value in layout.keywords or argument.value in layout.flags or argument.value in layout.choices
        )

    def take_named(self, argument: Argument, waiting: list[Argument]) -> None:
        layout, word = self.layout, argument.value
        if word in layout.flags:
            self.store(layout.flags[word], True, argument.span)
        elif word in layout.choices:
            self.store(layout.choices[word], word, argument.span)
        else:
            field, keyword = layout.keywords[word]
            taken: list[Argument] = []
            while waiting and (keyword.many or not taken) and not (taken and self.ends(keyword, waiting[0])):
                if taken and self.is_misspelt(waiting[0], waiting[1:], keyword.kinds):
                    break
                taken.append(waiting.pop(0))
            if not taken:
                self.mistake("missing-argument", f"`{word}` has no value", argument.span, "nothing follows")
                return
            values = [self.value(one, keyword.kinds) for one in taken]
            self.store(field, tuple(values) if keyword.many else values[0], taken[0].span.to(taken[-1].span))
            if keyword.many:
                self.spans.update({f"{field}.{position}": one.span for position, one in enumerate(taken)})

    def ends(self, keyword: Keyword, argument: Argument) -> bool:
        """Say whether the values of a keyword end before an argument."""
        if not keyword.before_entries or not self.layout.entries or argument.given is not None:
            return self.has_meaning(argument)
        begins = argument.kind == "word" and argument.value in begins_of(self.layout.entries[1])
        return begins or argument.kind in {"string", "script"} or self.has_meaning(argument)

    def take_unnamed(self, argument: Argument, waiting: list[Argument]) -> None:
        if self.waiting:
            field, positional = self.waiting[0]
            if not positional.many:
                self.waiting.pop(0)
                self.store(field, self.value(argument, positional.kinds), argument.span)
                return
            if wants_quotes(argument, positional.kinds) and similar(argument.value, self.layout.choices):
                self.unexpected(argument)
                return
            if field in self.values and self.is_misspelt(argument, waiting, positional.kinds):
                self.misspelt(argument, waiting)
                return
            if wants_quotes(argument, positional.kinds):  # `run python train.py`: one text, and one mistake
                while waiting and wants_quotes(waiting[0], positional.kinds) and not self.has_meaning(waiting[0]):
                    argument = _joined(argument, waiting.pop(0))
            value = self.value(argument, positional.kinds)
            self.spans[f"{field}.{len(self.values.get(field, ()))}"] = argument.span
            self.values[field] = (*self.values.get(field, ()), value)
            self.spans[field] = self.spans[field].to(argument.span) if field in self.spans else argument.span
        elif self.layout.entries and argument.kind in {"word", "string"}:
            self.take_inline(*self.layout.entries, argument, waiting)
        else:
            self.misspelt(argument, waiting)

    def is_misspelt(self, argument: Argument, waiting: list[Argument], kinds: frozenset[Kind]) -> bool:
        """Say whether a word among texts is like a keyword and has a value behind it: `run "train" args "-v"`."""
        return bool(waiting) and wants_quotes(argument, kinds) and bool(similar(argument.value, self.layout.keywords))

    def misspelt(self, argument: Argument, waiting: list[Argument]) -> None:
        """Say that there is no such argument; where it is like a keyword, what stands behind it is its value."""
        self.unexpected(argument)
        if similar(argument.value, self.layout.keywords) and waiting and not self.has_meaning(waiting[0]):
            waiting.pop(0)

    def take_inline(self, field: str, entries: Entries, argument: Argument, waiting: list[Argument]) -> None:
        """Take the next entry of an inline list."""
        taken = [argument]
        layout = layout_of(entries.model)
        while waiting and not self.has_meaning(waiting[0]) and not _begins_entry(waiting[0], layout, len(taken)):
            taken.append(waiting.pop(0))
        tail = self.take_tail(waiting, layout)
        if not tail and self.is_stray(argument, taken, layout):
            self.mistakes.append(stray(argument, self.item.word, layout, behind_address=self.behind_address))
            while waiting and not self.has_meaning(waiting[0]):
                waiting.pop(0)  # its value, or more of its kind
            return
        taken += tail
        self.behind_address = any(one.kind == "string" for one in tail)
        entry = Item(argument.value, argument.span, tuple(taken[1:]))
        self.take_entry(field, entries, entry, tuple(taken))

    def is_stray(self, argument: Argument, taken: list[Argument], entry: Layout) -> bool:
        """Say whether a word of an inline list begins no entry: it says something of the entry before it.

        Behind an address nothing tells a name that stands alone from a word that the address does not have.
        """
        if argument.kind != "word" or argument.given is not None:
            return False
        alone = all(one.kind == "string" and one.given is None for one in taken[1:])
        known = argument.value in entry.brought_along
        return (self.behind_address and (alone or known)) or (known and alone and len(taken) > 1)

    def take_tail(self, waiting: list[Argument], entry: Layout) -> list[Argument]:
        """Return the keywords of an inline entry, from the one whose value says that it belongs to the entry."""
        taken: list[Argument] = []
        while waiting and _names_one(waiting[0], entry.keywords):
            keyword = entry.keywords[waiting[0].value][1]
            begins = any(_names_one(one, keyword.first) for one in waiting[1:2])
            if begins == bool(taken) or (taken and keyword.first):
                break
            values = [waiting.pop(0), *([waiting.pop(0)] if waiting else [])]
            if _names_one(values[-1], keyword.named) and waiting and not self.has_meaning(waiting[0]):
                values.append(waiting.pop(0))
            while waiting and keyword.many and self.goes_on(waiting[0], keyword, entry):
                values.append(waiting.pop(0))
            taken += values
        return taken

    def goes_on(self, argument: Argument, keyword: Keyword, entry: Layout) -> bool:
        if keyword.first:
            return argument.kind == "string"
        return not self.has_meaning(argument) and not _names_one(argument, entry.keywords)

    def take_block(self) -> None:
        block, layout = self.item.block, self.layout
        if block is None:
            return
        if layout.entries:
            for child in block:
                word = Argument("word", child.word, child.word_span)
                self.take_entry(*layout.entries, child, (word, *child.arguments))
        elif not layout.items:
            assert self.item.block_span is not None  # noqa: S101  # an item with a block has its span
            opening = Span(self.item.block_span.source, self.item.block_span.start, self.item.block_span.start + 1)
            within = f" in `{self.owner}`" if self.owner else ""
            message = f"`{self.item.word}`{within} has no block"
            said = layout.brought_along.get("a block")
            helps = (said,) if said else ()
            self.mistakes.append(
                Diagnostic("block-not-allowed", message, (wrong(opening, "opened here"),), helps=helps)
            )

    def take_entry(self, field: str, entries: Entries, item: Item, arguments: tuple[Argument, ...]) -> None:
        bound = bind(item, entries.model, arguments, self.item.word)
        self.mistakes.extend(bound.mistakes)
        if bound.model is not None:
            position = len(self.values.get(field, ()))
            self.values[field] = (*self.values.get(field, ()), bound.model)
            for name, span in bound.origin.spans.items():
                self.spans[f"{field}.{position}.{name}"] = span
            self.spans[f"{field}.{position}"] = item.span

    def value(self, argument: Argument, kinds: frozenset[Kind]) -> str:
        if argument.given is not None:
            self.texts[argument.span] = argument.given.text
        if argument.kind == "reference" and "reference" not in kinds:
            self.mistake("unknown-parameter", f"there is no parameter `${argument.value}`", argument.span)
        elif argument.kind not in kinds and not (argument.given is not None and reads_as(argument, kinds)):
            self.mistakes.append(wrong_kind(argument, kinds, self.open_choices(), is_a_name=self.is_a_name(argument)))
        return argument.value

    def open_choices(self) -> list[str]:
        """Return the words of the fields that are a choice and that nothing was chosen for yet."""
        return [word for word, field in self.layout.choices.items() if field not in self.values]

    def is_a_name(self, argument: Argument) -> bool:
        """Say whether a string behind an entry of a list would be the next one without quotes: a name, and a clause."""
        names = self.layout.positional[0][1].kinds if self.owner and self.layout.positional else frozenset[Kind]()
        bare = re.split(r"(?=[=~!<>])", argument.value, maxsplit=1)
        kinds = [kind_of(text) for text in bare]
        written = argument.kind == "string" and argument.given is None
        return written and "word" in names and kinds in (["word"], ["word", "constraint"])

    def store(self, field: str, value: object, span: Span) -> None:
        if field in self.values:
            self.mistakes.append(
                Diagnostic(
                    "repeated-argument",
                    f"`{self.item.word}` says the same thing twice",
                    (wrong(span, "again here"), Label(self.spans[field], "first here")),
                )
            )
            return
        self.values[field] = value
        self.spans[field] = span

    def unexpected(self, argument: Argument) -> None:
        self.mistakes.append(unexpected(argument, self.item.word, self.layout, self.values))

    def mistake(self, name: str, message: str, span: Span, label: str = "") -> None:
        self.mistakes.append(Diagnostic(name, message, (wrong(span, label),)))


def _joined(first: Argument, second: Argument) -> Argument:
    return first._replace(value=f"{first.value} {second.value}", span=first.span.to(second.span))


def _names_one(argument: Argument, words: Container[str]) -> bool:
    return argument.kind == "word" and argument.given is None and argument.value in words


def _begins_entry(argument: Argument, entry: Layout, taken: int) -> bool:
    """Say whether an argument begins the next entry of an inline list, of whose last entry so many were taken.

    A parameter's value is part of the last one, as is a word in place of a value that the entry must have in quotes.
    """
    if argument.kind != "word" or argument.given is not None:
        return False
    field, positional = entry.positional[taken] if taken < len(entry.positional) else ("", None)
    return positional is None or field not in entry.required or "word" in positional.kinds
