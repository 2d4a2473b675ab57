"""The tree of a program: items and where they stand. It says nothing about what words mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from envc.diagnostics import Source, Span

Kind = Literal["word", "number", "string", "script", "reference", "constraint"]


class Argument(NamedTuple):
    """One argument of an item. `value` is what the text means: without quotes, with escapes resolved.

    Where a parameter's value stands for `$name`, `span` is the reference and `given` the text of the value.
    """

    kind: Kind
    value: str
    span: Span
    given: Span | None = None


class Item(NamedTuple):
    """A word, its arguments, and maybe a block of items."""

    word: str
    word_span: Span
    arguments: tuple[Argument, ...] = ()
    block: tuple[Item, ...] | None = None
    block_span: Span | None = None  # from `<` to `>`, both included

    @property
    def span(self) -> Span:
        """The whole item without its block."""
        return self.word_span.to(self.arguments[-1].span) if self.arguments else self.word_span

    @property
    def end(self) -> int:
        """The offset behind the item's last character."""
        return self.block_span.end if self.block_span else self.span.end


class Comment(NamedTuple):
    """A comment, from `#` to the end of its line."""

    text: str
    span: Span


class Program(NamedTuple):
    """A text that has the shape of the language."""

    source: Source
    items: tuple[Item, ...]
    comments: tuple[Comment, ...] = ()


def shape(items: tuple[Item, ...]) -> object:
    """Return what items say without where they say it, to compare two programs by."""
    return [
        (item.word, [(a.kind, a.value) for a in item.arguments], None if item.block is None else shape(item.block))
        for item in items
    ]


def walk(items: tuple[Item, ...]) -> Iterator[tuple[Item, int]]:
    """Yield every item, however deep, with its depth (0 at the top), in the order of the text."""
    waiting = [(item, 0) for item in reversed(items)]
    while waiting:
        item, depth = waiting.pop()
        yield item, depth
        waiting.extend((child, depth + 1) for child in reversed(item.block or ()))
