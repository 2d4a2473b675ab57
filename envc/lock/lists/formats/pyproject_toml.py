"""`pyproject.toml`: the project's dependencies (PEP 621), its extras, and its dependency groups (PEP 735)."""

from __future__ import annotations

import re
from typing import Any

from envc.diagnostics import Source
from envc.language.packages import normalised
from envc.lock.lists import toml
from envc.lock.lists.entry import Entry, Wish, entry_of
from envc.lock.lists.mistakes import elsewhere, no_such_group, unreadable

FILES = re.compile(r"pyproject\.toml")
#: What uv's sources can say of a package that is on no index.
_KINDS = {"git": "a repository", "path": "a folder", "url": "an address", "workspace": "a folder"}


def read(source: Source, wish: Wish) -> list[Entry]:
    """Return the project's dependencies with those of the extras and groups that are wished for."""
    return _Project(source, wish).entries()


class _Project:
    """One file, and what of it is wished for."""

    def __init__(self, source: Source, wish: Wish) -> None:
        self.source, self.wish = source, wish
        content = toml.read(source)
        self.project = toml.table(source, content, "project")
        self.groups = _normalised(toml.table(source, content, "dependency-groups"))
        self.extras = _normalised(toml.table(source, self.project, "optional-dependencies"))
        self.name = normalised(str(self.project.get("name", "")))
        self.sources = _normalised(toml.table(source, content, "tool", "uv", "sources"))
        self.has_poetry = bool(toml.table(source, content, "tool", "poetry", "dependencies"))

    def entries(self) -> list[Entry]:
        """Return the entries of everything that is wished for."""
        self.refuse_what_is_not_there()
        found = self.requirements(self.project.get("dependencies", []), "dependencies")
        for extra in self.wish.extras:
            found += self.of_extra(extra, ())
        for group in self.wish.groups:
            found += self.of_group(group, ())
        return list(dict.fromkeys(found))

    def refuse_what_is_not_there(self) -> None:
        """Refuse a project that says its dependencies elsewhere, or not at all."""
        dynamic = self.project.get("dynamic", [])
        asked = {"dependencies"} | ({"optional-dependencies"} if self.wish.extras else set())
        for name in sorted(asked & set(dynamic if isinstance(dynamic, list) else ())):
            helps = (f"write them as `{name}` in this file, and take `{name}` out of `dynamic`",)
            raise unreadable(toml.value_place(self.source, name), "its build would say them, and is not asked", helps)
        if not self.project and not self.groups:
            why = (
                "no [project]; `poetry.lock` has what Poetry chose" if self.has_poetry else "no [project] and no groups"
            )
            raise unreadable(toml.place_of(self.source, "tool"), why)

    def of_extra(self, name: str, on_the_way: tuple[str, ...]) -> list[Entry]:
        """Return the entries of an extra; it may name others of the same project, `project[other]`."""
        wanted = normalised(name)
        if wanted not in self.extras:
            raise no_such_group("extra", name, self.extras, self.wish.place(self.source), self.source.path)
        if wanted in on_the_way:
            return []
        found: list[Entry] = []
        for entry in self.requirements(self.extras[wanted], wanted):
            if entry.name == self.name:
                found += [one for extra in entry.extras for one in self.of_extra(extra, (*on_the_way, wanted))]
            else:
                found.append(entry)
        return found

    def of_group(self, name: str, on_the_way: tuple[str, ...]) -> list[Entry]:
        """Return the entries of a dependency group and of those that it includes."""
        wanted = normalised(name)
        if wanted not in self.groups:
            raise no_such_group("group", name, self.groups, self.wish.place(self.source), self.source.path)
        if wanted in on_the_way:
            raise unreadable(toml.place_of(self.source, name), f"the group `{name}` includes itself")
        items = self.groups[wanted]
        if not isinstance(items, list):
            raise unreadable(toml.place_of(self.source, name), f"the group `{name}` is no list")
        found: list[Entry] = []
        for item in items:
            if isinstance(item, dict) and isinstance(item.get("include-group"), str) and len(item) == 1:
                found += self.of_group(item["include-group"], (*on_the_way, wanted))
            else:
                found += self.requirements([item], name)
        return found

    def requirements(self, texts: Any, key: str) -> list[Entry]:
        """Return the entries of a list of requirements."""
        start = toml.place_of(self.source, key).end
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise unreadable(toml.place_of(self.source, key), f"`{key}` is no list of texts")
        found = []
        for text in texts:
            entry = entry_of(text, toml.value_place(self.source, text, start))
            found.append(entry._replace(bound_to=self.index_of(entry)))
        return found

    def index_of(self, entry: Entry) -> str:
        """Return the index that uv's sources bind a package to. Raises a Report for one that is on no index."""
        where = self.sources.get(entry.name, [])
        for one in where if isinstance(where, list) else [where]:
            kind = next((kind for kind in _KINDS if isinstance(one, dict) and one.get(kind)), None)
            if kind:
                raise elsewhere(entry.name, entry.span, _KINDS[kind])
            if isinstance(one, dict) and one.get("index"):
                return str(one["index"])
        return ""


def _normalised(content: dict[str, Any]) -> dict[str, Any]:
    return {normalised(name): value for name, value in content.items()}
