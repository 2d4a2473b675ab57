"""Reads the patches that a program names."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from envc.diagnostics import Diagnostic, Report, Source, Span
from envc.diagnostics.diagnostic import wrong
from envc.lock.patches import PatchFile
from envc.plan.places import Places
from envc.sources.package_lists import content_reader


def patch_reader(
    root: Path, places: Places, shown: str, note: Callable[[Path], None] = lambda _: None
) -> Callable[[str, Span], PatchFile]:
    """Return what reads a patch by its path relative to the program, as `list_reader` reads a list.

    It raises a Report for a file that a builder would not get: one behind a symbolic link.
    """
    content_of = content_reader(root, places, shown, note)

    def read(path: str, named: Span) -> PatchFile:
        name, content = content_of(path, named)
        place = Path(places.of_program_path(path) or ".")
        if any((root / one).is_symlink() for one in (place, *place.parents)):
            raise _refused("no-plain-file", f"`{name}` lies behind a symbolic link, and builders follow none", named)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise _refused("not-text", f"`{name}` is not a text in UTF-8", named) from None
        return PatchFile(Source(name, text), sha256(content).hexdigest())

    return read


def _refused(name: str, message: str, place: Span) -> Report:
    return Report([Diagnostic(name, message, (wrong(place, "named here"),))])
