"""Which kind of argument a text would be if it stood in a program, for texts that come from elsewhere."""

from __future__ import annotations

import re

from envc.syntax.program import Argument, Kind

_CLAUSE = r"(?:===|[=~!<>]=|[<>])[0-9][\w.*+!-]*"
_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("number", re.compile(r"[0-9][\w.+:/*-]*")),
    ("constraint", re.compile(rf"{_CLAUSE}(?:[ \t]*,[ \t]*{_CLAUSE})*")),
    ("word", re.compile(r"[A-Za-z_][\w./+-]*(?:\[[\w.,\- ]*\])?")),
)


def kind_of(text: str) -> Kind:
    """Return the kind that a text has without quotes, and `string` where it needs them."""
    return next((kind for kind, form in _FORMS if form.fullmatch(text)), "string")


def reads_as(argument: Argument, kinds: frozenset[Kind]) -> bool:
    """Say whether a field that takes these kinds can take a parameter's value; its own type reads the text."""
    if argument.kind in kinds:
        return True
    return argument.kind != "script" and ("string" in kinds or kind_of(argument.value) in kinds)
