"""`pylock.toml` (PEP 751): every package with its marker and hashes."""

from __future__ import annotations

import re
from typing import Any

from envc.diagnostics import Source, Span
from envc.lock.lists import toml
from envc.lock.lists.chosen import with_chosen
from envc.lock.lists.entry import Entry, Wish, entry_of
from envc.lock.lists.mistakes import elsewhere, no_such_group, unreadable

FILES = re.compile(r"pylock(\.[^.]+)?\.toml")
_KINDS = {"vcs": "a repository", "directory": "a folder", "archive": "an archive"}


def read(source: Source, wish: Wish) -> list[Entry]:
    """Return the packages, with those of the groups and extras that are wished for."""
    content = toml.read(source)
    version = str(content.get("lock-version", ""))
    if version.partition(".")[0] != "1":
        raise unreadable(toml.place_of(source, "lock-version"), f"format {version or 'unknown'}, and 1.0 is known")
    for kind, asked, key in (("group", wish.groups, "dependency-groups"), ("extra", wish.extras, "extras")):
        there = [str(name) for name in content.get(key, ())]
        for name in asked:
            if name not in there:
                raise no_such_group(kind, name, there, wish.place(source), source.path)
    groups = {*wish.groups, *map(str, content.get("default-groups", ()))}
    return [_entry(package, span, wish, groups) for package, span in toml.tables(source, content, "packages")]


def _entry(package: dict[str, Any], span: Span, wish: Wish, groups: set[str]) -> Entry:
    name = str(package.get("name", ""))
    kind = next((kind for kind in _KINDS if kind in package), None)
    if kind:
        raise elsewhere(name, span, _KINDS[kind])
    if "version" not in package:
        raise unreadable(span, "it has no version")
    marker = with_chosen(str(package.get("marker", "")), wish.extras, groups)
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
    hashes = [
        f"{kind}:{digest}"
        for file in files
        if isinstance(file, dict)
        for kind, digest in dict(file.get("hashes", {})).items()
    ]
    return entry_of(f"{name}=={package['version']}" + (f" ; {marker}" if marker else ""), span, hashes)
