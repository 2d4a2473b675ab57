"""A lock as files, and files as a lock. Pure: texts in, texts out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from envc.diagnostics import Diagnostic, Report, Source, Span
from envc.diagnostics.diagnostic import wrong
from envc.lock import requirements
from envc.lock.model import FORMAT, MACHINES, Lock
from envc.lock.requirements import Pin

LOCK_FILE = "lock.json"


class LockedFiles(NamedTuple):
    """A lock and the pins of its requirements files, by index."""

    lock: Lock
    pins: tuple[tuple[str | None, tuple[Pin, ...]], ...]


def write(locked: LockedFiles) -> dict[str, str]:
    """Return the files of a lock: sorted, one fact a line."""
    text = json.dumps(locked.lock.model_dump(mode="json"), indent=1, ensure_ascii=True, sort_keys=True) + "\n"
    files = {LOCK_FILE: text}
    for index, pins in locked.pins:
        files[locked.lock.requirements_file(index)] = requirements.write(pins)
    return files


def read(texts: Mapping[str, str], folder: str) -> LockedFiles:
    """Read the files of a lock; `folder` is how messages show their place. Raises a Report when it is damaged."""
    place = f"{folder}/{LOCK_FILE}"
    source = Source(place, texts[LOCK_FILE])
    try:
        content = json.loads(source.text)
    except ValueError as error:
        raise damaged(source, _conflict(source.text) or f"no JSON: {error}") from None
    if not isinstance(content, dict):
        raise damaged(source, "no JSON object")
    if content.get("format") != FORMAT:
        raise Report([_other_format(source, content.get("format"))])
    try:
        lock = Lock.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise damaged(source, f"{where}: {first['msg'].lower()}") from None
    if lock.platform not in MACHINES:
        raise damaged(source, f"platform: none of {', '.join(sorted(MACHINES))}")
    if len(lock.images) != len(lock.inputs.get("images", {})):
        raise damaged(source, "images: not those that inputs name")
    pins = tuple((index, _pins(lock, index, texts, folder)) for index in lock.indexes)
    return LockedFiles(lock, pins)


def _pins(lock: Lock, index: str | None, texts: Mapping[str, str], folder: str) -> tuple[Pin, ...]:
    name = lock.requirements_file(index)
    if name not in texts:
        raise damaged(Source(f"{folder}/{name}", ""), "the file is missing")
    source = Source(f"{folder}/{name}", texts[name])
    pins = requirements.parse(source)
    expected = {(package.name, package.version) for package in lock.packages if package.index == index}
    if {(pin.name, pin.version) for pin in pins} != expected:
        raise damaged(source, f"does not hold the packages that {LOCK_FILE} lists")
    return pins


def _conflict(text: str) -> str | None:
    return "a merge left it in conflict" if "<<<<<<<" in text and ">>>>>>>" in text else None


def damaged(source: Source, why: str) -> Report:
    """Return the report of a lock that cannot be read."""
    return Report(
        [
            Diagnostic(
                "damaged-lock",
                f"`{source.path}` cannot be read as a lock",
                (wrong(Span(source, 0, 0), why),),
                helps=("take it back from version control, or make it anew with `envc lock`",),
            )
        ]
    )


def _other_format(source: Source, found: object) -> Diagnostic:
    return Diagnostic(
        "unknown-lock-format",
        f"this envc reads locks of format {FORMAT}, and this one is of format {found}",
        (wrong(Span(source, 0, 0)),),
        helps=("a newer format needs a newer envc",),
    )
