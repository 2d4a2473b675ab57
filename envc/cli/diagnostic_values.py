"""Diagnostics as programs read them: `--json`. Pure.

    {"name": "unknown-word", "severity": "error", "message": "there is no word `workdri`",
     "labels": [{"path": "train.env", "start": {"line": 3, "column": 3, "offset": 29}, "end": …,
                 "text": "not known here", "primary": true}],
     "notes": [], "helps": [],
     "fixes": [{"title": "…", "path": "train.env", "start": …, "end": …, "replacement": "workdir", "certain": false}]}

Lines and columns begin at 1, offsets at 0; all three count characters, and an end is behind the last one. Of a file
that was not read, a label has no start and no end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from envc.diagnostics import Diagnostic, Source, Span


def values_of(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """Return diagnostics as values of JSON."""
    return [_value_of(one) for one in diagnostics]


def _value_of(one: Diagnostic) -> dict[str, Any]:
    return {
        "name": one.name,
        "severity": one.severity,
        "message": one.message,
        "labels": [{**_place(label.span), "text": label.text, "primary": label.primary} for label in one.labels],
        "notes": list(one.notes),
        "helps": list(one.helps),
        "fixes": [
            {"title": fix.title, **_place(fix.span), "replacement": fix.replacement, "certain": fix.certain}
            for fix in one.fixes
        ],
    }


def _place(span: Span) -> Mapping[str, Any]:
    source = span.source
    if not source.text:
        return {"path": source.path, "start": None, "end": None}
    return {"path": source.path, "start": _position(source, span.start), "end": _position(source, span.end)}


def _position(source: Source, offset: int) -> Mapping[str, int]:
    return {**source.locate(offset)._asdict(), "offset": offset}
