"""What is said of values that stand twice in one item, and of blocks that hold nothing: mostly slips. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.origin import Origin


def repetitions(values: Sequence[str], field: str, origin: Origin, part: str = "") -> Iterator[Diagnostic]:
    """Yield a warning for each value of a field that stands before it in the same item.

    `part` is what an entry has its value in, where the list is of entries.
    """
    first: dict[str, Span] = {}
    for position, value in enumerate(values):
        place = origin.of(f"{field}.{position}" + (f".{part}" if part else ""))
        if value in first and place != first[value]:
            yield Diagnostic(
                "repeated-argument",
                f"`{origin.item.word}` says `{value}` twice",
                (wrong(place, "again here"), Label(first[value], "first here")),
                fixes=(Fix("leave it out", place.with_blanks_before, ""),),
                severity="warning",
            )
        first.setdefault(value, place)


def pairs_again(pairs: Sequence[str], field: str, origin: Origin) -> Iterator[Diagnostic]:
    """Yield a mistake for each name of a field's names and values that has another value before it."""
    first: dict[str, tuple[str, Span]] = {}
    for position in range(0, len(pairs) - 1, 2):
        name, value = pairs[position : position + 2]
        place = origin.of(f"{field}.{position}")
        if name in first and first[name][0] != value:
            labels = (wrong(place, "again here"), Label(first[name][1], "first here"))
            yield Diagnostic("repeated-name", f"`{name}` has two values", labels)
        first.setdefault(name, (value, place))


def said_nothing(origin: Origin) -> Iterator[Diagnostic]:
    """Yield what is said of an item that is there for its block and holds nothing: without one it is a mistake."""
    item = origin.item
    if not item.block:
        words = " ".join((item.word, *(one.value for one in item.arguments)))
        yield Diagnostic(
            "missing-argument",
            f"`{words}` says nothing",
            (wrong(item.span, "nothing is in its block" if item.block is not None else "no block follows"),),
            severity="error" if item.block is None else "warning",
        )
