"""How comments quote the program."""

from __future__ import annotations

from envc.plan.plan import Plan
from envc.targets.dockerfile.instructions import Comment


def because(plan: Plan, *parts: str, text: str = "") -> list[Comment]:
    """Return a comment that quotes the clauses behind parts of the plan, and says the rest in words."""
    clauses = [clause for part in parts for clause in plan.origin(part)]
    quoted = "; ".join(dict.fromkeys(clauses))
    if len(quoted) > 110:
        quoted = quoted[:109] + "…"
    said = [f"`{quoted}`"] if quoted else []
    said += [text] if text else []
    return [Comment((": ".join(said),))] if said else []
