"""Edits are tried before they are offered: one that would leave its item wrong is no fix. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from envc.diagnostics import Diagnostic, Fix, Source, Span

#: All mistakes of a text: what tries an edit.
Finder = Callable[[Source], Sequence[Diagnostic]]

#: So many edits are tried; who has made more mistakes mends these first.
MOST_TRIED = 24
#: A text with many mistakes is long to check, and checked anew for each edit: fewer are tried then, but these.
FEWEST_TRIED = 3
_MOST_FOUND = 100 * MOST_TRIED
#: Strings and comments, and what items end at: separators, line ends, brackets of blocks.
_PIECE = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*|(?P<end>[;\n]|[<>](?![\d=]))')


def with_tried_edits(found: Sequence[Diagnostic], source: Source, mistakes_in: Finder) -> list[Diagnostic]:
    """Return mistakes with those of their edits that mend them, and that leave nothing else wrong in the same item.

    Where an edit is a step, and another mistake follows in its place, a help says both. Edits that are not tried are
    not offered.
    """
    every = ((one, fix) for one in found for fix in one.fixes if fix.span.source is source)
    most = min(MOST_TRIED, max(FEWEST_TRIED, _MOST_FOUND // max(1, len(found))))
    tried = {id(fix): _outcome(one, fix, found, mistakes_in) for one, fix in islice(every, most)}
    mended = []
    for one in found:
        dropped = [(fix, tried[id(fix)]) for fix in one.fixes if tried.get(id(fix)) is not None]
        kept = tuple(fix for fix in one.fixes if fix.span.source is not source or tried.get(id(fix), one) is None)
        steps = tuple(_step(fix, then) for fix, then in dropped if then is not None and then.name != one.name)
        mended.append(one._replace(fixes=kept, helps=(*one.helps, *steps[: 0 if kept or one.helps else 1])))
    return mended


def _outcome(mistake: Diagnostic, fix: Fix, before: Sequence[Diagnostic], mistakes_in: Finder) -> Diagnostic | None:
    """Return the mistake that an edit leaves or makes in its item, or None where it mends it."""
    text, (_, start, end) = fix.span.source.text, fix.span
    source = Source(fix.span.source.path, text[:start] + fix.replacement + text[end:])
    after = mistakes_in(source)
    edited = Span(source, start, start + len(fix.replacement))
    item = _item_around(edited)
    known, left = [[_key(one) for one in found] for found in (before, after)]
    place = _place(mistake)
    moved = place + len(fix.replacement) - (end - start) if place >= end else place
    for one in after:
        if _key(one) == _key(mistake):
            stays = _place(one) in {moved, *range(edited.start, edited.end + 1)}
            if stays or left.count(_key(one)) > known.count(_key(one)):
                return one
        elif _key(one) not in known and _is_in(one, item):
            return one
    return None


def _place(one: Diagnostic) -> int:
    return next((label.span.start for label in one.labels if label.primary), 0)


def _item_around(edited: Span) -> Span:
    """Return the text between the separators and brackets around an edit."""
    text = edited.source.text
    ends = [match.start() for match in _PIECE.finditer(text) if match["end"]]
    behind = next((one for one in ends if one >= edited.end), len(text))
    before = max((one + 1 for one in ends if one < edited.start), default=0)
    return Span(edited.source, before, behind)


def _is_in(one: Diagnostic, item: Span) -> bool:
    places: Iterable[Span] = (label.span for label in one.labels if label.primary)
    return any(place.source is item.source and item.start <= place.start <= item.end for place in places)


def _key(one: Diagnostic) -> tuple[str, str]:
    return one.name, one.message


def _step(fix: Fix, then: Diagnostic) -> str:
    """Return an edit that is not enough as a help."""
    why = next((label.text for label in then.labels if label.primary and label.text), "")
    what = f"`{fix.replacement}` is similar" if "similar" in fix.title else fix.title  # a help shows no text to compare
    return f"{what}, but then {then.message}" + (f": {why}" if why else "")
