"""Gives an item's arguments to the fields of its word's model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from envc.diagnostics import Diagnostic, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.fields import Entries, Keyword, begins_of, layout_of
from envc.language.inline_lists import begins_none, names_one, take_entry
from envc.language.missing_arguments import missing_argument
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
    binder = _Binder(item, model, owner)
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

    def __init__(self, item: Item, model: type[BaseModel], owner: str | None) -> None:
        self.item = item
        self.model = model
        self.owner = owner  # the word that an entry belongs to
        self.layout = layout_of(model)
        self.unfilled = list(self.layout.positional)
        self.values: dict[str, Any] = {}
        self.spans: dict[str, Span] = {}
        self.behind_address = False  # of the last entry of an inline list
        self.texts: dict[Span, str] = {}  # of parameters' values, by where their references stand
        self.mistakes: list[Diagnostic] = []

    def take(self, arguments: tuple[Argument, ...]) -> None:
        """Give every argument to a field.

        What must stand first is taken as it is; then words with a meaning are told from values, wherever they stand.
        """
        remaining = list(arguments)
        while remaining:
            argument = remaining.pop(0)
            if argument.kind == "reference":
                self.no_parameter(argument)
            elif self.must_be_positional():
                if self.is_left_out(argument, remaining):
                    self.left_out(argument)
                    return  # what the rest belongs to is not known
                self.take_unnamed(argument, remaining)
            elif names_one(argument, self.layout.brought_along):
                self.unexpected(argument)
                if remaining and remaining[0].kind != "word":
                    remaining.pop(0)  # its value
            elif not self.layout.has_meaning(argument):
                self.take_unnamed(argument, remaining)
            else:
                self.take_named(argument, remaining)

    def must_be_positional(self) -> bool:
        """Say whether the next argument fills a field whatever it is: one that must have a value and has none."""
        return bool(self.unfilled) and self.unfilled[0][0] in self.layout.required and not self.unfilled[0][1].many

    def is_left_out(self, argument: Argument, remaining: list[Argument]) -> bool:
        """Say whether a word's keyword or choice stands in place of such a value: `build from opencv` lacks its name.

        Entries of a list may be called as their keywords are. So may what has another keyword, or choice, behind it.
        """
        layout = self.layout
        words = layout.keywords if argument.value in layout.keywords else layout.choices
        named = bool(remaining) and names_one(remaining[0], words)
        return self.owner is None and names_one(argument, {*layout.keywords, *layout.choices}) and not named

    def left_out(self, argument: Argument) -> None:
        field, behind = self.unfilled[0][0], f" before `{argument.value}`"
        self.mistakes.append(missing_argument(self.item.word, self.model, field, argument.span, behind))

    def take_named(self, argument: Argument, remaining: list[Argument]) -> None:
        """Take a flag, a choice, or a keyword with its values.

        The first value of a keyword is one whatever it is; with `many`, further ones go on up to the next word that has
        a meaning, or that is like one and has a value of its own.
        """
        layout, word = self.layout, argument.value
        if word in layout.flags:
            self.store(layout.flags[word], True, argument.span)
        elif word in layout.choices:
            self.store(layout.choices[word], word, argument.span)
        else:
            field, keyword = layout.keywords[word]
            taken: list[Argument] = []
            while remaining and (keyword.many or not taken) and not (taken and self.ends(keyword, remaining[0])):
                if taken and self.is_misspelt(remaining[0], remaining[1:], keyword.kinds):
                    break
                taken.append(remaining.pop(0))
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
            return self.layout.has_meaning(argument)
        begins = argument.kind == "word" and argument.value in begins_of(self.layout.entries[1])
        return begins or argument.kind in {"string", "script"} or self.layout.has_meaning(argument)

    def take_unnamed(self, argument: Argument, remaining: list[Argument]) -> None:
        """Give an argument that has no meaning of its own to the next field that takes one, or to the list."""
        if self.unfilled:
            field, positional = self.unfilled[0]
            if not positional.many:
                self.unfilled.pop(0)
                self.store(field, self.value(argument, positional.kinds), argument.span)
                return
            if wants_quotes(argument, positional.kinds) and similar(argument.value, self.layout.choices):
                self.unexpected(argument)
                return
            if field in self.values and self.is_misspelt(argument, remaining, positional.kinds):
                self.misspelt(argument, remaining)
                return
            if wants_quotes(argument, positional.kinds):  # `run python train.py`: one text, and one mistake
                while (
                    remaining
                    and wants_quotes(remaining[0], positional.kinds)
                    and not self.layout.has_meaning(remaining[0])
                ):
                    argument = _joined(argument, remaining.pop(0))
            value = self.value(argument, positional.kinds)
            self.spans[f"{field}.{len(self.values.get(field, ()))}"] = argument.span
            self.values[field] = (*self.values.get(field, ()), value)
            self.spans[field] = self.spans[field].to(argument.span) if field in self.spans else argument.span
        elif self.layout.entries and argument.kind in {"word", "string"}:
            self.take_inline(*self.layout.entries, argument, remaining)
        else:
            self.misspelt(argument, remaining)

    def is_misspelt(self, argument: Argument, remaining: list[Argument], kinds: frozenset[Kind]) -> bool:
        """Say whether a word among texts is like a keyword and has a value behind it: `run "train" args "-v"`."""
        return bool(remaining) and wants_quotes(argument, kinds) and bool(similar(argument.value, self.layout.keywords))

    def misspelt(self, argument: Argument, remaining: list[Argument]) -> None:
        """Say that there is no such argument; where it is like a keyword, what stands behind it is its value."""
        self.unexpected(argument)
        if similar(argument.value, self.layout.keywords) and remaining and not self.layout.has_meaning(remaining[0]):
            remaining.pop(0)

    def take_inline(self, field: str, entries: Entries, argument: Argument, remaining: list[Argument]) -> None:
        """Take the next entry of a list in one line, or say that none begins so."""
        if begins_none(argument, entries):
            self.unexpected(argument)
            self.drop_values(remaining, entries)
            return
        taken = take_entry(argument, remaining, self.layout, entries)
        if taken.is_stray(entries, behind_address=self.behind_address):
            layout = layout_of(entries.model)
            self.mistakes.append(stray(argument, self.item.word, layout, behind_address=self.behind_address))
            while remaining and not self.layout.has_meaning(remaining[0]):
                remaining.pop(0)
            return
        self.behind_address = any(one.kind == "string" for one in taken.tail)
        arguments = (*taken.plain, *taken.tail)
        self.take_entry(field, entries, Item(argument.value, argument.span, arguments[1:]), arguments)

    def drop_values(self, remaining: list[Argument], entries: Entries) -> None:
        """Drop what stands behind a word that is not known: its value, or more up to a word that is, or is like one."""
        first = True
        while remaining and not self.layout.has_meaning(remaining[0]) and begins_none(remaining[0], entries):
            if not first and remaining[0].kind == "word" and similar(remaining[0].value, self.layout.keywords):
                return
            remaining.pop(0)
            first = False

    def take_block(self) -> None:
        """Take each item of the block as an entry of the list, whose first argument is the item's word.

        Items of a place are not read here; a word that has neither takes no block.
        """
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
        """Fill the model of an entry, and add it to the list; its spans are below its place, `packages.3.name`."""
        bound = bind(item, entries.model, arguments, self.item.word)
        self.mistakes.extend(bound.mistakes)
        if bound.model is not None:
            position = len(self.values.get(field, ()))
            self.values[field] = (*self.values.get(field, ()), bound.model)
            for name, span in bound.origin.spans.items():
                self.spans[f"{field}.{position}.{name}"] = span
            self.spans[f"{field}.{position}"] = item.span

    def value(self, argument: Argument, kinds: frozenset[Kind]) -> str:
        """Return the value of an argument, and take note of one of another kind than belongs there."""
        if argument.given is not None:
            self.texts[argument.span] = argument.given.text
        if argument.kind == "reference" and "reference" not in kinds:
            self.no_parameter(argument)
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
        """Give a field its value, or say that it has one: the same thing twice, or two choices of one thing."""
        if field not in self.values:
            self.values[field], self.spans[field] = value, span
            return
        first = self.spans[field]
        name, message = "repeated-argument", f"`{self.item.word}` says the same thing twice"
        labels = (wrong(span, "again here"), Label(first, "first here"))
        if field in self.layout.choices.values() and self.values[field] != value:
            name, message = "contradiction", f"`{self.item.word}` is `{self.values[field]}` or `{value}`, and not both"
            labels = (wrong(span, "and this"), Label(first, "this here"))
        self.mistakes.append(Diagnostic(name, message, labels))

    def no_parameter(self, reference: Argument) -> None:
        self.mistake("unknown-parameter", f"there is no parameter `${reference.value}`", reference.span)

    def unexpected(self, argument: Argument) -> None:
        self.mistakes.append(unexpected(argument, self.item.word, self.layout, self.values))

    def mistake(self, name: str, message: str, span: Span, label: str = "") -> None:
        self.mistakes.append(Diagnostic(name, message, (wrong(span, label),)))


def _joined(first: Argument, second: Argument) -> Argument:
    return first._replace(value=f"{first.value} {second.value}", span=first.span.to(second.span))
