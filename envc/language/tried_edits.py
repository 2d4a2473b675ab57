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
#: Strings and comments, and what items end at: separators, line ends, brackets of blocks.
_PIECE = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*|(?P<end>[;\n]|[<>](?![\d=]))')


def with_tried_edits(found: Sequence[Diagnostic], source: Source, mistakes_in: Finder) -> list[Diagnostic]:
    """Return mistakes with those of their edits that mend them, and that leave nothing else wrong in the same item.

    Where an edit is a step, and another mistake follows in its place, a help says both.
    """
    every = ((one, fix) for one in found for fix in one.fixes if fix.span.source is source)
    tried = {id(fix): _outcome(one, fix, found, mistakes_in) for one, fix in islice(every, MOST_TRIED)}
    mended = []
    for one in found:
        dropped = [(fix, tried[id(fix)]) for fix in one.fixes if tried.get(id(fix)) is not None]
        kept = tuple(fix for fix in one.fixes if tried.get(id(fix)) is None)
        steps = tuple(_step(fix, then) for fix, then in dropped if then is not None and then.name != one.name)
        mended.append(one._replace(fixes=kept, helps=(*one.helps, *steps[: 0 if kept or one.helps else 1])))
    return mended


def _outcome(mistake: Diagnostic, fix: Fix, before: Sequence[Diagnostic], mistakes_in: Finder) -> Diagnostic | None:
    """Return the mistake that an edit leaves or makes in its item, or None where it mends it."""
    changed = fix.span.source.text[: fix.span.start] + fix.replacement + fix.span.source.text[fix.span.end :]
    source = Source(fix.span.source.path, changed)
    after = mistakes_in(source)
    item = _item_around(source, fix.span.start, fix.span.start + len(fix.replacement))
    known = [_key(one) for one in before]
    left = [_key(one) for one in after]
    for one in after:
        same = _key(one) == _key(mistake) and left.count(_key(one)) >= known.count(_key(one))
        if same or (_is_in(one, item) and (_key(one) not in known or _key(one) == _key(mistake))):
            return one
    return None


def _item_around(source: Source, start: int, end: int) -> Span:
    """Return the text between the separators and brackets around an edit."""
    ends = [match.start() for match in _PIECE.finditer(source.text) if match["end"]]
    behind = next((one for one in ends if one >= end), len(source.text))
    before = max((one + 1 for one in ends if one < start), default=0)
    return Span(source, before, behind)


def _is_in(one: Diagnostic, item: Span) -> bool:
    places: Iterable[Span] = (label.span for label in one.labels if label.primary)
    return any(place.source is item.source and item.start <= place.start <= item.end for place in places)


def _key(one: Diagnostic) -> tuple[str, str]:
    return one.name, one.message


def _step(fix: Fix, then: Diagnostic) -> str:
    """Return an edit that is not enough as a help."""
    why = next((label.text for label in then.labels if label.primary and label.text), "")
    return f"{fix.title}, but then {then.message}" + (f": {why}" if why else "")
