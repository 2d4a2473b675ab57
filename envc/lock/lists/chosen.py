"""Markers of locks that speak of extras and groups: what is chosen is known when the list is read."""

from __future__ import annotations

import re
from collections.abc import Collection

from envc.language.packages import normalised

_TRUE, _FALSE = 'python_version >= "0"', 'python_version < "0"'
_EXTRA = re.compile(r"""\bextra\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)')""")
_MEMBER = re.compile(r"""(?:"([^"]*)"|'([^']*)')\s+(in|not\s+in)\s+(extras|dependency_groups)\b""")


def with_chosen(marker: str, extras: Collection[str], groups: Collection[str]) -> str:
    """Return a marker in which everything about extras and groups is decided, as PEP 508 can say it."""
    chosen = {"extras": set(map(normalised, extras)), "dependency_groups": set(map(normalised, groups))}

    def extra(match: re.Match[str]) -> str:
        there = normalised(match[2] or match[3] or "") in chosen["extras"]
        return _TRUE if there == (match[1] == "==") else _FALSE

    def member(match: re.Match[str]) -> str:
        there = normalised(match[1] or match[2] or "") in chosen[match[4]]
        return _TRUE if there == (match[3] == "in") else _FALSE

    return _MEMBER.sub(member, _EXTRA.sub(extra, marker))
