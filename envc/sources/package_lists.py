"""Reads the lists of packages that a program names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from posixpath import dirname, join, normpath

from envc.diagnostics import Diagnostic, Report, Source, Span
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.plan.places import Places
from envc.sources.program import decode

#: A lock of a thousand packages has a few megabytes.
LARGEST = 32 * 2**20


def list_reader(
    root: Path, places: Places, shown: str, note: Callable[[Path], None] = lambda _: None
) -> Callable[[str, Span], Source]:
    """Return what reads a list by its path relative to the program.

    `shown` is how messages name the program, and so the folder of its lists; `note` is told of every file before it is
    read. It raises a Report for a file that is not there, not of the project, or no text.
    """
    content_of = content_reader(root, places, shown, note)

    def read(path: str, named: Span) -> Source:
        name, content = content_of(path, named)
        return decode(content, name)

    return read


def content_reader(
    root: Path, places: Places, shown: str, note: Callable[[Path], None]
) -> Callable[[str, Span], tuple[str, bytes]]:
    """Return what reads a file by its path relative to the program: how messages name it, and its bytes."""

    def read(path: str, named: Span) -> tuple[str, bytes]:
        place = places.of_program_path(path)
        if place is None or path.startswith("/"):
            raise _refused("path-leaves-root", f"`{path}` lies outside the project", named, "above the project's root")
        file = root / place
        name = normpath(join(dirname(shown), path))
        note(file)
        try:
            with file.open("rb") as stream:
                content = stream.read(LARGEST + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise _refused("no-such-file", f"there is no file `{name}`", named, "named here", _beside(file)) from None
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            message = f"`{name}` cannot be read: {reason}"
            raise world_failed("unreadable-file", message, labels=(wrong(named, "named here"),)) from None
        if len(content) > LARGEST:
            raise _refused("unreadable-list", f"`{name}` has more than {LARGEST} bytes, and no list has", named, "")
        return name, content

    return read


def _beside(file: Path) -> tuple[str, ...]:
    """Return what to do where a folder has no `pyproject.toml`, by what it has."""
    if file.name != "pyproject.toml" or not file.parent.is_dir():
        return ()
    old = next((one for one in ("setup.py", "setup.cfg") if (file.parent / one).is_file()), None)
    if old is None:
        return ("a package has one; code that is no package reaches the image with `copy`",)
    return (
        f"write it beside `{old}`: `[project]` with `name`, `version` and `dependencies`; setuptools reads both",
        'or build a wheel of it, and name that: `pip NAME from wheel "…whl"`',
    )


def _refused(name: str, message: str, place: Span, label: str, helps: tuple[str, ...] = ()) -> Report:
    return Report([Diagnostic(name, message, (wrong(place, label),), helps=helps)])
