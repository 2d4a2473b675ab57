"""Where a text came from, and stretches of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple


class Location(NamedTuple):
    """A place in a text as people count it: both numbers begin at 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Source:
    """A text and the name it is shown under (a path as the user typed it, or `stdlib/…`)."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line begins."""
        starts = [0]
        starts.extend(offset + 1 for offset, character in enumerate(self.text) if character == "\n")
        return tuple(starts)

    def locate(self, offset: int) -> Location:
        """Return line and column of a character offset."""
        line = bisect_right(self.line_starts, offset)
        return Location(line, offset - self.line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """Return the text of a line, counted from 1, without its end."""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end].rstrip("\r")


class Span(NamedTuple):
    """The characters `start` (included) to `end` (not included) of a source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    @property
    def location(self) -> Location:
        """Line and column of the first character."""
        return self.source.locate(self.start)

    def to(self, other: Span) -> Span:
        """Return the span from the beginning of this one to the end of another of the same source."""
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))

    @property
    def with_blanks_before(self) -> Span:
        """The span with the blanks before it, for an edit that leaves it out; without those that begin its line."""
        before = self.source.text[: self.start]
        kept = before.rstrip(" \t")
        start = self.start if not kept or kept.endswith("\n") else len(kept)
        return Span(self.source, start, self.end)

    def __str__(self) -> str:
        location = self.location
        return f"{self.source.path}:{location.line}:{location.column}"
