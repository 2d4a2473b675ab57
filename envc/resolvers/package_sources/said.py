"""What a source says of itself in files, without running anything of it. Pure but for reading a folder."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any, NamedTuple

from envc.diagnostics import Fix

#: Files that a compiler of the builder reads.
_COMPILED = frozenset((".c", ".cc", ".cpp", ".cxx", ".cu", ".pyx", ".f", ".f90", ".rs", ".m"))


class Said(NamedTuple):
    """What a source says: its name and version where it does, what it needs, and how that is known."""

    name: str | None
    version: str | None
    requires: tuple[str, ...]
    requires_python: str | None
    place: str


class UnreadableError(Exception):
    """A file of a source is not what it should be. The message says which and why, `helps` and `fixes` what to do."""

    def __init__(self, message: str, helps: tuple[str, ...] = (), fixes: tuple[Fix, ...] = ()) -> None:
        super().__init__(message)
        self.helps = helps
        self.fixes = fixes


def pyproject_of(folder: Path) -> dict[str, Any]:
    """Return what `pyproject.toml` holds, nothing where there is none. Raises `UnreadableError`."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UnreadableError(f"its pyproject.toml cannot be read: {error}") from error


def said_by(folder: Path) -> Said | None:
    """Return what a source says of itself, or None where only its build system knows. Raises `UnreadableError`."""
    return _of_project(pyproject_of(folder)) or _of_package_info(folder)


def is_compiled(folder: Path) -> bool:
    """Say whether there are files for a compiler."""
    return any(path.suffix.lower() in _COMPILED for path in folder.rglob("*"))


def _of_project(content: dict[str, Any]) -> Said | None:
    project = content.get("project")
    if not isinstance(project, dict) or "name" not in project:
        return None
    dynamic = project.get("dynamic", [])
    extras = project.get("optional-dependencies", {})
    needs = project.get("dependencies", [])
    if {"dependencies", "optional-dependencies"} & {*map(str, dynamic)}:
        return None
    if not isinstance(extras, dict) or not _are_texts(needs) or not all(map(_are_texts, extras.values())):
        raise UnreadableError("its pyproject.toml has dependencies that are no list of texts")
    requires = [*needs, *(_of_extra(text, extra) for extra, texts in extras.items() for text in texts)]
    version = None if "version" in dynamic else project.get("version")
    python = project.get("requires-python")
    return Said(
        str(project["name"]),
        str(version) if version else None,
        tuple(requires),
        str(python) if python else None,
        "is read from its pyproject.toml",
    )


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(one, str) for one in values)


def _of_extra(text: str, extra: str) -> str:
    """Return a requirement that holds with an extra alone."""
    text, _, marker = text.partition(";")
    condition = f'extra == "{extra}"'
    return f"{text.strip()}; ({marker.strip()}) and {condition}" if marker.strip() else f"{text.strip()}; {condition}"


def _of_package_info(folder: Path) -> Said | None:
    """Return what the metadata of a source archive says, as far as it is bound to be the built package's."""
    try:
        head = BytesHeaderParser().parsebytes((folder / "PKG-INFO").read_bytes())
    except OSError:
        return None
    requires = [str(one) for one in head.get_all("Requires-Dist", [])]
    known = _release(str(head.get("Metadata-Version", "1.0"))) >= (2, 2)
    dynamic = {str(one).lower() for one in head.get_all("Dynamic", [])}
    place = "is read from its PKG-INFO"
    if not (known and "requires-dist" not in dynamic) and not requires:
        listed = _of_egg_info(folder)
        if listed is None:
            return None
        requires, place = listed, "is read from its requires.txt"
    python = head.get("Requires-Python")
    return Said(str(head.get("Name")), str(head.get("Version")), tuple(requires), python and str(python), place)


def _release(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def _of_egg_info(folder: Path) -> list[str] | None:
    """Return what setuptools wrote when it made the archive, or None when it left nothing."""
    for place in sorted(folder.rglob("*.egg-info")):
        if (place / "SOURCES.txt").is_file():
            listed = place / "requires.txt"
            return list(_in_sections(listed.read_text(encoding="utf-8").splitlines())) if listed.is_file() else []
    return None


def _in_sections(lines: Iterable[str]) -> Iterable[str]:
    """Yield requirements of a requires.txt: a section `[extra:marker]` says when those below it hold."""
    conditions = ""
    for line in map(str.strip, lines):
        if line.startswith("["):
            extra, _, marker = line.strip("[]").partition(":")
            parts = [f"({marker})" if marker else "", f'extra == "{extra}"' if extra else ""]
            conditions = " and ".join(part for part in parts if part)
        elif line:
            yield f"{line}; {conditions}" if conditions else line
