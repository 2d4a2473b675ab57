"""Measures the wheels of the project that a program names."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from envc.diagnostics import Diagnostic, Report, Span
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.plan.places import Places


def wheel_digests(root: Path, places: Places, note: Callable[[Path], None] = lambda _: None) -> Callable[..., str]:
    """Return what gives the SHA-256 of a file by its path relative to the program; `note` is told of each before.

    It raises a Report for a file that is not there, not of the project, or behind a symbolic link: a builder would not
    get it.
    """

    def digest(path: str, named: Span) -> str:
        place = places.of_program_path(path)
        if place is None:
            raise _refused("path-leaves-root", f"`{path}` lies outside the project", named, "above the project's root")
        parts = Path(place)
        if any((root / one).is_symlink() for one in (parts, *parts.parents)):
            message = f"`{path}` lies behind a symbolic link, and builders follow none"
            raise _refused("no-plain-file", message, named, "named here")
        note(root / place)
        found = sha256()
        try:
            with (root / place).open("rb") as stream:
                while block := stream.read(1 << 20):
                    found.update(block)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise _refused("no-such-file", f"there is no file `{path}` in the project", named, "named here") from None
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            message = f"`{path}` cannot be read: {reason}"
            raise world_failed("unreadable-file", message, labels=(wrong(named, "named here"),)) from None
        return found.hexdigest()

    return digest


def _refused(name: str, message: str, place: Span, label: str) -> Report:
    return Report([Diagnostic(name, message, (wrong(place, label),))])
