"""TOML with places: what a file holds, and where in its text a value stands."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from envc.diagnostics import Source, Span
from envc.lock.lists.mistakes import unreadable

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read(source: Source) -> dict[str, Any]:
    """Return what a TOML file holds. Raises a Report at the place where it is none."""
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        start = source.line_starts[int(place[1]) - 1] + int(place[2]) - 1 if place else len(source.text)
        start = min(start, len(source.text))
        raise unreadable(Span(source, start, start), "no TOML from here on") from None


def table(source: Source, content: Any, *path: str) -> dict[str, Any]:
    """Return the table of a path, empty where there is none. Raises a Report where something else stands there."""
    for name in path:
        content = content.get(name, {})
        if not isinstance(content, dict):
            raise unreadable(place_of(source, name), f"`{'.'.join(path)}` is no table")
    found: dict[str, Any] = content
    return found


def tables(source: Source, content: dict[str, Any], name: str) -> list[tuple[dict[str, Any], Span]]:
    """Return the tables of an array, each with the place of its `name`."""
    array = content.get(name, [])
    if not isinstance(array, list) or not all(isinstance(one, dict) for one in array):
        raise unreadable(place_of(source, name), f"`{name}` is no array of tables")
    starts = [match.end() for match in re.finditer(rf"^\[\[{re.escape(name)}\]\]", source.text, re.MULTILINE)]
    if len(starts) != len(array):
        starts = [0] * len(array)
    return [(one, value_place(source, one.get("name"), start)) for one, start in zip(array, starts, strict=True)]


def value_place(source: Source, value: object, start: int = 0) -> Span:
    """Return where a string stands in the text behind an offset, without its quotes."""
    if isinstance(value, str):
        for written in (f'"{value}"', f"'{value}'", json.dumps(value, ensure_ascii=False)):
            found = source.text.find(written, start)
            if found >= 0:
                return Span(source, found + 1, found + len(written) - 1)
    return Span(source, start, start)


def place_of(source: Source, key: str) -> Span:
    """Return where a key or the header of a table stands."""
    match = re.search(rf"^\s*\[*(?:[\w.\"-]*\.)?\"?({re.escape(key)})\"?\s*[\]=]", source.text, re.MULTILINE)
    return Span(source, match.start(1), match.end(1)) if match else Span(source, 0, 0)
