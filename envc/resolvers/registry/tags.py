"""Which tags to name when the one that was asked for is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from urllib.parse import parse_qs, urlencode, urlsplit

#: Tags a page, as many as the Hub gives; and pages that are read of a repository with very many.
_PAGE = 1000
PAGES = 12
FIRST_PAGE = f"tags/list?n={_PAGE}"
_VERSION = re.compile(r"(?P<version>[0-9]+(?:\.[0-9]+)*)(?P<rest>-.*)?")


def next_page(link: str) -> str | None:
    """Return the path of the next page that a `Link` header (RFC 8288) names; only where it goes on is taken from it.

    So no header leads to another repository or server.
    """
    match = re.search(r'<([^>]*)>\s*;[^,]*\brel="?next"?', link)
    last = parse_qs(urlsplit(match[1]).query).get("last") if match else None
    return f"tags/list?{urlencode({'n': _PAGE, 'last': last[0]})}" if last else None


def helps_for(repository: str, tag: str, tags: Sequence[str]) -> tuple[str, ...]:
    """Return what is said about the tags that exist: those of the same version, else those with a similar name."""
    version = _version(tag)
    same = [one for one in tags if version and _version(one) == version]
    # of `3.12.99` there may be nothing, but something of 3.12
    if not same and version and len(version) > 2:
        same = [one for one in tags if _version(one)[:2] == version[:2]]
    name = "CUDA" if repository.endswith("nvidia/cuda") else "version"
    if same and name == "CUDA" and version:
        level = version if _version(same[0]) == version else version[:2]
        shown = f"tags of CUDA {'.'.join(map(str, level))}"
        return (f"{shown}: {_list(_nearest(tag, same, 5))}",)
    nearest = get_close_matches(tag, tags, n=3)
    if nearest:
        return (f"tags with a similar name: {_list(nearest)}",)
    return (f"tags that exist: {_list(sorted(tags)[:3])}",) if tags else ()


def _nearest(tag: str, tags: Sequence[str], most: int) -> Sequence[str]:
    return get_close_matches(tag, tags, n=most, cutoff=0.0)


def _version(tag: str) -> tuple[int, ...]:
    match = _VERSION.fullmatch(tag)
    return tuple(map(int, match["version"].split("."))) if match else ()


def _list(tags: Sequence[str]) -> str:
    return ", ".join(f"`{one}`" for one in tags)
