"""`uv.lock`: what the project asks for, and every version with its hashes.

What the project itself depends on is wanted, with its markers; all that follows from it is a bound, so that the
resolver takes the lock's versions and decides by the packages' own markers which of them the target needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from envc.diagnostics import Source, Span
from envc.language.packages import normalised
from envc.lock.lists import toml
from envc.lock.lists.entry import Entry, Wish, entry_of
from envc.lock.lists.mistakes import elsewhere, no_such_group, unreadable

FILES = re.compile(r"uv\.lock")
_KINDS = {
    "git": "a repository",
    "url": "an address",
    "path": "a file",
    "directory": "a folder",
    "editable": "a folder",
    "virtual": "a folder",
}


class _Package(NamedTuple):
    content: dict[str, Any]
    span: Span


def read(source: Source, wish: Wish) -> list[Entry]:
    """Return the project's dependencies, those of groups and extras that are wished for, and all locked versions."""
    content = toml.read(source)
    if content.get("version") != 1:
        raise unreadable(toml.place_of(source, "version"), "another format than 1, which is known")
    packages: dict[str, list[_Package]] = {}
    for one, span in toml.tables(source, content, "package"):
        packages.setdefault(normalised(str(one.get("name", ""))), []).append(_Package(one, span))
    root = _root(source, packages)
    edges = _edges(source, root, wish)
    found = [_wanted(edge, packages, root.span) for edge in edges]
    seen: set[tuple[str, str]] = set()
    waiting = [(normalised(str(edge["name"])), extra) for edge in edges for extra in ("", *edge.get("extra", ()))]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for package in packages.get(name, ()):
            if not extra:
                found.append(_bound(package))
            further = (
                toml.table(source, package.content, "optional-dependencies").get(extra, ())
                if extra
                else (package.content.get("dependencies", ()))
            )
            for edge in further:
                waiting += [(normalised(str(edge["name"])), one) for one in ("", *edge.get("extra", ()))]
    return sorted(found, key=lambda entry: (not entry.wanted, entry.span.start, entry.marker))


def _root(source: Source, packages: dict[str, list[_Package]]) -> _Package:
    """Return the package that is the project itself."""
    mine = [
        one
        for named in packages.values()
        for one in named
        if {"virtual", "editable"} & set(one.content.get("source", {}))
    ]
    root = [one for one in mine if "." in one.content["source"].values()]
    if len(root or mine) != 1:
        raise unreadable(Span(source, 0, 0), "it does not say which package is the project")
    return (root or mine)[0]


def _edges(source: Source, root: _Package, wish: Wish) -> list[dict[str, Any]]:
    edges = list(root.content.get("dependencies", ()))
    for kind, asked, key in (
        ("group", wish.groups, "dev-dependencies"),
        ("extra", wish.extras, "optional-dependencies"),
    ):
        there = {normalised(name): value for name, value in toml.table(source, root.content, key).items()}
        for name in asked:
            if normalised(name) not in there:
                raise no_such_group(kind, name, there, wish.place(source), source.path)
            edges += there[normalised(name)]
    own = str(root.content.get("name", ""))
    expanded = [edge for edge in edges if edge.get("name") != own]
    for edge in edges:
        if edge.get("name") == own:  # `project[other]` in an extra
            expanded += _edges(source, root, Wish((), tuple(edge.get("extra", ())), wish.span))
    return expanded


def _wanted(edge: dict[str, Any], packages: dict[str, list[_Package]], fallback: Span) -> Entry:
    name = str(edge["name"])
    extras = f"[{','.join(edge['extra'])}]" if edge.get("extra") else ""
    version = f"=={edge['version']}" if edge.get("version") else ""
    marker = f" ; {edge['marker']}" if edge.get("marker") else ""
    locked = packages.get(normalised(name), [])
    return entry_of(f"{name}{extras}{version}{marker}", locked[0].span if locked else fallback)


def _bound(package: _Package) -> Entry:
    content = package.content
    name, where = str(content.get("name", "")), content.get("source", {})
    kind = next((kind for kind in _KINDS if kind in where), None)
    if kind:
        raise elsewhere(name, package.span, _KINDS[kind])
    markers = [str(marker) for marker in content.get("resolution-markers", ())]
    marker = " or ".join(f"({one})" for one in markers) if len(markers) > 1 else "".join(markers)
    text = f"{name}=={content.get('version', '')}" + (f" ; {marker}" if marker else "")
    return entry_of(text, package.span, list(_hashes(content)), wanted=False)


def _hashes(content: dict[str, Any]) -> Iterator[str]:
    files = [*content.get("wheels", ()), *([content["sdist"]] if "sdist" in content else ())]
    return (str(file["hash"]) for file in files if isinstance(file, dict) and "hash" in file)
