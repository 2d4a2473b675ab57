"""Which files are left out, by the rules of .dockerignore, so that what is hashed is what a builder is sent.

A pattern without `/` fits a name at any depth, any other a path from the root (`/build` only the one there). `*` and
`?` stop at `/`, `**` does not,
`[…]` is a class of characters. What lies below something that fits is left out with it. The rules are those of the
`patternmatcher` of moby, which BuildKit uses.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from envc.diagnostics import Diagnostic, Report

if TYPE_CHECKING:
    import re

_SPECIAL = frozenset("*?[\\")


class _Patterns(NamedTuple):
    """Patterns made ready: names and paths that are compared, and one expression for the rest."""

    names: frozenset[str]
    paths: frozenset[str]
    rest: re.Pattern[str] | None


def is_ignored(path: str, patterns: tuple[str, ...]) -> bool:
    """Say whether a path from the root is left out, seen alone: its folders are asked about before it.

    Raises a Report for a pattern that is none.
    """
    if not patterns:
        return False
    names, paths, rest = _ready(patterns)
    return path.rsplit("/", 1)[-1] in names or path in paths or bool(rest and rest.fullmatch(path))


@lru_cache(maxsize=16)
def _ready(patterns: tuple[str, ...]) -> _Patterns:
    at_root = frozenset(pattern[1:] for pattern in patterns if pattern.startswith("/"))
    patterns = tuple(pattern for pattern in patterns if not pattern.startswith("/"))
    plain = [pattern for pattern in patterns if not _SPECIAL.intersection(pattern)]
    special = [pattern for pattern in patterns if _SPECIAL.intersection(pattern)]
    return _Patterns(
        frozenset(pattern for pattern in plain if "/" not in pattern),
        at_root | {pattern for pattern in plain if "/" in pattern},
        _compiled(special) if special else None,
    )


def _compiled(patterns: list[str]) -> re.Pattern[str]:
    import re

    expressions = []
    for pattern in patterns:
        expression = _expression(pattern if "/" in pattern else f"**/{pattern}")
        try:
            re.compile(expression)
        except re.error:
            message = f"`{pattern}` is no pattern: builders take `[` only with a `]` and characters between"
            raise Report([Diagnostic("unusable-pattern", message)]) from None
        expressions.append(f"(?:{expression})")
    return re.compile("|".join(expressions), re.DOTALL)


def _expression(pattern: str) -> str:
    """Return the regular expression of a pattern."""
    found = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*" and pattern[position : position + 1] == "*":
            position += 1
            if pattern[position : position + 1] == "/":
                position += 1
            found.append("(?:.*/)?" if position < len(pattern) else ".*")
        elif character == "*":
            found.append("[^/]*")
        elif character == "?":
            found.append("[^/]")
        elif character in ".+()|{}$":
            found.append(f"\\{character}")
        elif character == "\\" and position < len(pattern):
            found.append(f"\\{pattern[position]}")
            position += 1
        else:
            found.append(character)
    return "".join(found)
