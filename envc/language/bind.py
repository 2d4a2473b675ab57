"""Gives an item's arguments to the fields of its word's model."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.fields import Entries, Keyword, Layout, layout_of, literals
from envc.language.origin import Origin
from envc.syntax.kinds import reads_as
from envc.syntax.program import Argument, Item, Kind

Model = TypeVar("Model", bound=BaseModel)

_KIND_NAMES: dict[Kind, str] = {
    "word": "a word",
    "number": "a number",
    "string": "a string",
    "script": "a script",
    "reference": "a parameter",
    "constraint": "a version specifier",
}


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
    binder = _Binder(item, layout_of(model))
    binder.take(item.arguments if arguments is None else arguments)
    binder.take_block()
    origin = Origin(item, binder.spans)
    if binder.mistakes:
        return Bound(None, origin, tuple(binder.mistakes))
    try:
        return Bound(model.model_validate(binder.values), origin)
    except ValidationError as error:
        return Bound(None, origin, tuple(_refusals(error, item, model, binder, owner)))


class _Binder:
    """Walks the arguments of one item once."""

    def __init__(self, item: Item, layout: Layout) -> None:
        self.item = item
        self.layout = layout
        self.waiting = list(layout.positional)
        self.values: dict[str, Any] = {}
        self.spans: dict[str, Span] = {}
        self.texts: dict[Span, str] = {}  # of parameters' values, by where their references stand
        self.mistakes: list[Diagnostic] = []

    def take(self, arguments: tuple[Argument, ...]) -> None:
        waiting = list(arguments)
        while waiting:
            argument = waiting.pop(0)
            if argument.kind == "reference":
                self.mistake("unknown-parameter", f"there is no parameter `${argument.value}`", argument.span)
            elif self.must_be_positional() or not self.has_meaning(argument):
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
            while waiting and (keyword.many or not taken) and not (taken and self.has_meaning(waiting[0])):
                taken.append(waiting.pop(0))
            if not taken:
                self.mistake("missing-argument", f"`{word}` has no value", argument.span, "nothing follows")
                return
            values = [self.value(one, keyword.kinds) for one in taken]
            self.store(field, tuple(values) if keyword.many else values[0], taken[0].span.to(taken[-1].span))
            if keyword.many:
                self.spans.update({f"{field}.{position}": one.span for position, one in enumerate(taken)})

    def take_unnamed(self, argument: Argument, waiting: list[Argument]) -> None:
        if self.waiting:
            field, positional = self.waiting[0]
            if not positional.many:
                self.waiting.pop(0)
                self.store(field, self.value(argument, positional.kinds), argument.span)
                return
            if _wants_quotes(argument, positional.kinds) and similar(argument.value, self.layout.choices):
                self.unexpected(argument)
                return
            if _wants_quotes(argument, positional.kinds):  # `run python train.py`: one text, and one mistake
                while waiting and _wants_quotes(waiting[0], positional.kinds) and not self.has_meaning(waiting[0]):
                    argument = _joined(argument, waiting.pop(0))
            value = self.value(argument, positional.kinds)
            self.spans[f"{field}.{len(self.values.get(field, ()))}"] = argument.span
            self.values[field] = (*self.values.get(field, ()), value)
            self.spans[field] = self.spans[field].to(argument.span) if field in self.spans else argument.span
        elif self.layout.entries and argument.kind in {"word", "string"}:
            taken = [argument]
            layout = layout_of(self.layout.entries[1].model)
            while waiting and not self.has_meaning(waiting[0]) and not _begins_entry(waiting[0], layout, len(taken)):
                taken.append(waiting.pop(0))
            taken += self.take_tail(waiting, layout)
            entry = Item(argument.value, argument.span, tuple(taken[1:]))
            self.take_entry(*self.layout.entries, entry, tuple(taken))
        else:
            self.unexpected(argument)
            if similar(argument.value, self.layout.keywords) and waiting and not self.has_meaning(waiting[0]):
                waiting.pop(0)  # the misspelt keyword's value

    def take_tail(self, waiting: list[Argument], entry: Layout) -> list[Argument]:
        """Return the keywords of an inline entry, from the one whose value says that it belongs to the entry."""
        taken: list[Argument] = []
        while waiting and _names_one(waiting[0], entry.keywords):
            keyword = entry.keywords[waiting[0].value][1]
            begins = any(_names_one(one, keyword.first) for one in waiting[1:2])
            if begins == bool(taken) or (taken and keyword.first):
                break
            values = [waiting.pop(0), *([waiting.pop(0)] if waiting else [])]
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
            self.mistake("block-not-allowed", f"`{self.item.word}` has no block", opening, "opened here")

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
            wanted = " or ".join(_KIND_NAMES[kind] for kind in sorted(kinds))
            fixes = (
                (Fix("text stands in quotes", argument.span, f'"{argument.value}"', certain=True),)
                if _wants_quotes(argument, kinds)
                else ()
            )
            message = f"{_KIND_NAMES[argument.kind]} stands where {wanted} belongs"
            label = wrong(argument.span, f"not {wanted}")
            self.mistakes.append(Diagnostic("wrong-kind", message, (label,), fixes=fixes))
        return argument.value

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
        words = self.layout.words
        near = similar(argument.value, words) if argument.kind == "word" else None
        fixes = (Fix("an argument has a similar name", argument.span, near),) if near else ()
        notes = (f"behind `{self.item.word}` may stand: {' '.join(words)}",) if words else ()
        self.mistakes.append(
            Diagnostic(
                "unexpected-argument",
                f"`{self.item.word}` takes no `{argument.value}`"
                if argument.kind == "word"
                else f"`{self.item.word}` takes no further {_KIND_NAMES[argument.kind].split(' ', 1)[1]}",
                (wrong(argument.span, "not known here"),),
                notes,
                fixes=fixes,
            )
        )

    def mistake(self, name: str, message: str, span: Span, label: str = "") -> None:
        self.mistakes.append(Diagnostic(name, message, (wrong(span, label),)))


def _wants_quotes(argument: Argument, kinds: frozenset[Kind]) -> bool:
    """Say whether an argument would be right in quotes."""
    bare = argument.kind in {"word", "number"} and argument.given is None
    return bare and argument.kind not in kinds and "string" in kinds


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


def _refusals(
    error: ValidationError, item: Item, model: type[BaseModel], binder: _Binder, owner: str | None
) -> list[Diagnostic]:
    """Turn pydantic's findings into diagnostics at the arguments that they speak of."""
    layout, spans = binder.layout, binder.spans
    written = {field: name for name, (field, _) in layout.keywords.items()}
    found = []
    errors = error.errors(include_url=False)
    if any(one["type"] == "literal_error" for one in errors):  # what is lacking depends on what was chosen
        errors = [one for one in errors if one["type"] != "missing"]
    for one in errors:
        field = str(one["loc"][0]) if one["loc"] else ""
        span = spans.get(".".join(map(str, one["loc"][:2])), spans.get(field, item.span))
        said = binder.texts.get(span, span.text)
        if one["type"] == "missing":
            values = literals(model.model_fields[field].annotation)
            what = " or ".join(f"`{value}`" for value in values) if values else f"its {written.get(field, field)}"
            found.append(
                Diagnostic("missing-argument", f"`{item.word}` lacks {what}", (wrong(item.span, f"{what} is missing"),))
            )
        elif one["type"] == "literal_error":
            values = literals(model.model_fields[field].annotation)
            near = similar(said, values)
            found.append(
                Diagnostic(
                    "unknown-choice",
                    f"`{said}` is none of {', '.join(values)}",
                    (wrong(span, "not one of them"),),
                    fixes=(Fix("one of them is similar", span, near),) if near else (),
                )
            )
        else:
            shown = re.sub(r"(?<=://)[^/@]*@", "…@", said[:400])  # what stands there may be a password
            refused = " ".join(shown[:80].split())
            refused = refused if len(refused) <= 40 else refused[:37] + "…"
            word = owner if owner and span == item.word_span else item.word
            message, remedy = f"`{word}` cannot take `{refused}`", one.get("ctx", {}).get("remedy")
            helps = (str(remedy),) if remedy else ()
            found.append(Diagnostic(one["type"], message, (wrong(span, one["msg"]),), helps=helps))
    return found
