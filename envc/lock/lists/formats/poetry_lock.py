"""`poetry.lock`, format 2.1 (Poetry 2): every package with its groups, markers and hashes."""

from __future__ import annotations

import re
from typing import Any

from envc.diagnostics import Source, Span
from envc.language.packages import normalised
from envc.lock.lists import toml
from envc.lock.lists.chosen import with_chosen
from envc.lock.lists.entry import Entry, Wish, entry_of
from envc.lock.lists.mistakes import elsewhere, no_such_group, unreadable

FILES = re.compile(r"poetry\.lock")
_KINDS = {"git": "a repository", "directory": "a folder", "file": "a file", "url": "an address"}


def read(source: Source, wish: Wish) -> list[Entry]:
    """Return the packages of the group `main`, and of the groups and extras that are wished for."""
    content = toml.read(source)
    version = str(toml.table(source, content, "metadata").get("lock-version", ""))
    if version.partition(".")[0] != "2" or version == "2.0":
        why = f"format {version or 'unknown'} does not say which packages belong to a group: lock again with Poetry 2"
        raise unreadable(toml.place_of(source, "lock-version"), why)
    packages = toml.tables(source, content, "package")
    groups = {"main", *map(normalised, wish.groups)}
    known = {normalised(group) for package, _ in packages for group in package.get("groups", ())}
    extras = set(map(normalised, toml.table(source, content, "extras")))
    for kind, asked, there in (("group", wish.groups, known), ("extra", wish.extras, extras)):
        for name in asked:
            if normalised(name) not in there:
                raise no_such_group(kind, name, there - {"main"}, wish.place(source), source.path)
    return [
        _entry(package, span, marker)
        for package, span in packages
        if (marker := _marker(package, groups, wish)) is not None
    ]


def _marker(package: dict[str, Any], groups: set[str], wish: Wish) -> str | None:
    """Return the marker of a package in the groups, or None when none of them has it."""
    mine = [group for group in package.get("groups", ()) if normalised(group) in groups]
    if not mine:
        return None
    markers = package.get("markers", "")
    texts = [str(markers.get(group, "")) for group in mine] if isinstance(markers, dict) else [str(markers)]
    if "" in texts:
        return ""
    marker = " or ".join(f"({text})" for text in sorted(set(texts))) if len(set(texts)) > 1 else texts[0]
    return with_chosen(marker, wish.extras, wish.groups)


def _entry(package: dict[str, Any], span: Span, marker: str) -> Entry:
    name, version = str(package.get("name", "")), str(package.get("version", ""))
    kind = package.get("source", {}).get("type") if isinstance(package.get("source", {}), dict) else None
    if kind in _KINDS:
        raise elsewhere(name, span, _KINDS[kind])
    hashes = [str(file.get("hash", "")) for file in package.get("files", ()) if isinstance(file, dict)]
    return entry_of(f"{name}=={version}" + (f" ; {marker}" if marker else ""), span, hashes)
