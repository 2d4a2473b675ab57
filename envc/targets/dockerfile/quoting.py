"""How comments quote the program."""

from __future__ import annotations

from textwrap import wrap

from envc.plan.plan import Plan
from envc.targets.dockerfile.instructions import Comment

_WIDTH = 100


def because(plan: Plan, *parts: str, texts: tuple[str, ...] = ()) -> list[Comment]:
    """Return a comment that quotes the clauses behind parts of the plan, then gives reasons, each from a new line."""
    clauses = dict.fromkeys(clause for part in parts for clause in plan.origin(part))
    lines = [f"`{_shortened('; '.join(clauses))}`"] if clauses else []
    for text in texts:
        lines += wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return [Comment(tuple(lines))] if lines else []


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
