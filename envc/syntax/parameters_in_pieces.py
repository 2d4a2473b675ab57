"""A parameter that stands in a piece of text, where it is not resolved: `$tag/x`, `${tag}`."""

from __future__ import annotations

import re

from envc.diagnostics import Source

_MENTION = re.compile(r"\$\{?([A-Za-z_][\w-]*)")
_HEAD = re.compile(r"\b(?:needs|takes)\b([^<>;#\"\n]*(?:\"[^\"\n]*\"[^<>;#\"\n]*)*)<")


def parameter_in(piece: str, source: Source) -> str:
    """Return the name of a parameter in a piece of text that some head of the program takes; else nothing."""
    named = [match[1] for match in _MENTION.finditer(piece)]
    if not named:
        return ""
    taken = {word for head in _HEAD.finditer(source.text) for word in head[1].split()}
    return next((name for name in named if name in taken), "")


def help_of(name: str) -> str:
    """Return what is said of a parameter that is part of a text."""
    return (
        f"a parameter is an argument of its own, `${name}`: it is resolved in no other text, and none is put together"
    )
