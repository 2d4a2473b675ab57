"""Recognises what a merge leaves in a text when two sides changed the same lines: Git's marks of a conflict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Label, Source, Span
from envc.diagnostics.diagnostic import wrong

_MARK = re.compile(r"^(<{7}|\|{7}|={7}|>{7})(?:[ \t]+([^\r\n]*?))?[ \t]*\r?$", re.MULTILINE)
_OPENING = "<<<<<<<"


def merge_conflicts(source: Source, refused: set[int]) -> list[Diagnostic]:
    """Return a mistake for every conflict in a text, if one of its marks is on a line that the parser refused.

    In a script a line may look like a mark and be none.
    """
    marks = list(_MARK.finditer(source.text))
    if not any(source.locate(mark.start()).line in refused for mark in marks):
        return []
    conflicts: list[list[re.Match[str]]] = []
    for mark in marks:
        if mark[1] == _OPENING or not conflicts:
            conflicts.append([])
        conflicts[-1].append(mark)
    return [_conflict(source, one) for one in conflicts]


def _conflict(source: Source, marks: list[re.Match[str]]) -> Diagnostic:
    first, *others = _labels(source, marks)
    return Diagnostic(
        "merge-conflict",
        f"a merge left `{source.path}` in conflict",
        (wrong(*first), *(Label(*other) for other in others)),
        helps=("keep the lines that are meant, of one side or of both, and remove the lines of the marks",),
    )


def _labels(source: Source, marks: list[re.Match[str]]) -> Iterator[tuple[Span, str]]:
    """Yield the place of every mark and what stands behind or before it."""
    for mark in marks:
        of = f" of `{mark[2]}`" if mark[2] else ""
        told = {
            _OPENING: f"the lines{of} begin",
            "|||||||": "what both sides began from",
            "=======": "the lines of the other side begin",
            ">>>>>>>": f"the lines{of} end",
        }[mark[1]]
        yield Span(source, mark.start(1), mark.end(1)), told
