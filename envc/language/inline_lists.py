"""How the arguments of a list in one line are cut into entries: `ml torch 2.7 numpy`. Pure."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from envc.language.fields import Entries, Keyword, Layout, begins_of, layout_of
from envc.syntax.program import Argument


class InlineEntry(NamedTuple):
    """The arguments of one entry: those that stand behind each other, and its keywords with their values."""

    plain: list[Argument]
    tail: list[Argument]

    def is_stray(self, entries: Entries, *, behind_address: bool) -> bool:
        """Say whether its first word begins no entry: it says something of the entry before it.

        Behind an address nothing tells a name that stands alone from a word that the address does not have.
        """
        first, *rest = self.plain
        if self.tail or first.kind != "word" or first.given is not None:
            return False
        alone = all(one.kind == "string" and one.given is None for one in rest)
        known = first.value in layout_of(entries.model).brought_along
        return (behind_address and (alone or known)) or (known and alone and bool(rest))


def begins_none(argument: Argument, entries: Entries) -> bool:
    """Say whether no entry can begin with an argument, because they begin with words that are listed."""
    begins = begins_of(entries)
    return bool(begins) and (argument.kind != "word" or argument.value not in begins)


def take_entry(first: Argument, remaining: list[Argument], layout: Layout, entries: Entries) -> InlineEntry:
    """Take the arguments of the entry that begins with `first` off those that remain; `layout` is that of its list."""
    plain, entry = [first], layout_of(entries.model)
    while remaining and not layout.has_meaning(remaining[0]) and not _begins(remaining[0], entries, len(plain)):
        plain.append(remaining.pop(0))
    return InlineEntry(plain, _take_tail(remaining, layout, entry))


def _begins(argument: Argument, entries: Entries, taken: int) -> bool:
    """Say whether an argument begins the next entry, where so many arguments of the last one were taken.

    Where entries begin with words that are listed, anything else is part of the last one, as long as that takes more.
    Elsewhere every word begins one, but in place of a value that the last one must have in quotes. A parameter's value
    is part of the last one.
    """
    if argument.kind != "word" or argument.given is not None:
        return False
    layout, begins = layout_of(entries.model), begins_of(entries)
    if begins:
        return argument.value in begins or (taken >= len(layout.positional) and not layout.positional[-1][1].many)
    field, positional = layout.positional[taken] if taken < len(layout.positional) else ("", None)
    return positional is None or field not in layout.required or "word" in positional.kinds


def _take_tail(remaining: list[Argument], layout: Layout, entry: Layout) -> list[Argument]:
    """Take the keywords of an entry, from the one whose value says that it belongs to the entry and not to the list."""
    taken: list[Argument] = []
    while remaining and names_one(remaining[0], entry.keywords):
        keyword = entry.keywords[remaining[0].value][1]
        begins = any(names_one(one, keyword.first) for one in remaining[1:2])
        if begins == bool(taken) or (taken and keyword.first):
            break
        values = [remaining.pop(0), *([remaining.pop(0)] if remaining else [])]
        if names_one(values[-1], keyword.named) and remaining and not layout.has_meaning(remaining[0]):
            values.append(remaining.pop(0))
        while remaining and keyword.many and _goes_on(remaining[0], keyword, layout, entry):
            values.append(remaining.pop(0))
        taken += values
    return taken


def _goes_on(argument: Argument, keyword: Keyword, layout: Layout, entry: Layout) -> bool:
    """Say whether an argument is one more value of a keyword of an entry."""
    if keyword.first:
        return argument.kind == "string"
    return not layout.has_meaning(argument) and not names_one(argument, entry.keywords)


def names_one(argument: Argument, words: Container[str]) -> bool:
    """Say whether an argument is written as one of some words; a parameter's value is not."""
    return argument.kind == "word" and argument.given is None and argument.value in words
