"""A folder of the project as a package: its `pyproject.toml` says what it is called, needs, and is built with."""

from __future__ import annotations

from posixpath import join, normpath
from typing import Any

from envc.diagnostics import Source, Span
from envc.language.package_source import PackageSource
from envc.language.packages import normalised
from envc.lock.lists import toml
from envc.lock.lists.entry import Entry, Wish
from envc.lock.lists.formats import pyproject_toml
from envc.lock.lists.mistakes import no_package, unreadable
from envc.lock.package_sources import SETUPTOOLS

#: What build systems call for when they run and do not find it, beside what a project names.
_CALLED_FOR = {"mesonpy": ("ninja",), "scikit_build_core": ("cmake", "ninja")}
#: What they call for where files stay where they are (PEP 660), beside that.
_CALLED_FOR_BY_EDITABLE = {"hatchling": ("editables",)}


class BuildSystemError(ValueError):
    """A [build-system] that says not what it needs."""


def file_of(path: str) -> str:
    """Return the file that describes a folder, relative to the program."""
    return normpath(join(path, "pyproject.toml"))


def build_needs(content: dict[str, Any], *, editable: bool = False) -> tuple[str, ...]:
    """Return what the build system of a `pyproject.toml` needs (PEP 518). Raises `BuildSystemError`."""
    system = content.get("build-system")
    if system is None:
        return (SETUPTOOLS,)
    needs = system.get("requires") if isinstance(system, dict) else None
    if not isinstance(needs, list) or not all(isinstance(one, str) for one in needs):
        raise BuildSystemError("its [build-system] has no list `requires`")
    backend = str(system.get("build-backend", "")).partition(":")[0].partition(".")[0]
    more = _CALLED_FOR_BY_EDITABLE.get(backend, ()) if editable else ()
    return (*needs, *_CALLED_FOR.get(backend, ()), *more)


def read(source: Source, path: str, extras: tuple[str, ...], place: Span, *, editable: bool) -> list[Entry]:
    """Return the package itself, then what it needs. `place` is where it is named. Raises a Report."""
    content = toml.read(source)
    name = toml.table(source, content, "project").get("name")
    if not isinstance(name, str) or not name:
        raise no_package(toml.place_of(source, "project"), "no [project] with a name")
    entries = pyproject_toml.read(source, Wish(extras=extras, span=place))
    try:
        needs = tuple(sorted(set(build_needs(content, editable=editable))))
    except BuildSystemError as error:
        raise unreadable(toml.place_of(source, "build-system"), str(error)) from None
    own = PackageSource("folder", path, needs=needs, editable=editable)
    return [Entry(normalised(name), (), "", "", (), True, place, source=own), *entries]
