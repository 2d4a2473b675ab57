"""Unified diffs: which files one changes, and whether it can be applied as exactly as a build does. Pure.

The builder applies it by the same rules (`envc/targets/dockerfile/patches.py`). What is said there of lines, modes and
names in other ways than in `---`, `+++` and `@@` (git's renames, its binary changes) is refused here.
"""

from __future__ import annotations

import re

from envc.diagnostics import Diagnostic, Report, Source, Span
from envc.diagnostics.diagnostic import wrong

_HUNK = re.compile(r"@@ -([0-9]+)(?:,([0-9]+))? \+[0-9]+(?:,([0-9]+))? @@.*")
#: What git says of a file beside its lines.
_BESIDE_LINES = re.compile(r"(?:rename|copy|similarity|dissimilarity|old mode|new mode|GIT binary|Binary files) ?.*")
_NOTHING = "/dev/null"


def changed_files(source: Source) -> tuple[str, ...]:
    """Return the files that a diff changes, makes or removes, sorted. Raises a Report for what cannot be applied."""
    reader = _Reader(source)
    while reader.number < len(reader.lines):
        reader.take()
    reader.end_of_file()
    if not reader.files:
        raise _unreadable(Span(source, 0, 0), "it changes no file: there is no `---`, `+++` and `@@`")
    return tuple(sorted(reader.files))


class _Reader:
    """Walks the lines of a diff once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = source.text.removesuffix("\n").split("\n")
        self.number = 0
        self.files: dict[str, Span] = {}
        self.begun: Span | None = None  # a file of git's that has no line yet

    def span(self, number: int) -> Span:
        if number >= len(self.lines):
            return Span(self.source, len(self.source.text), len(self.source.text))
        start = self.source.line_starts[number]
        return Span(self.source, start, start + len(self.source.line(number + 1)))

    def take(self) -> None:
        """Take one line outside of files, or a whole file."""
        line = self.lines[self.number]
        following = self.lines[self.number + 1] if self.number + 1 < len(self.lines) else ""
        if line.startswith("--- ") and following.startswith("+++ "):
            self.take_file()
            return
        if line.startswith("@@ "):
            raise _unreadable(self.span(self.number), "no `---` and `+++` name its file")
        if _BESIDE_LINES.fullmatch(line):
            raise _unreadable(self.span(self.number), "only lines can be changed")
        if line.startswith("diff --git "):
            self.end_of_file()
            self.begun = self.span(self.number)
        self.number += 1

    def end_of_file(self) -> None:
        if self.begun is not None:
            raise _unreadable(self.begun, "changes no line")

    def take_file(self) -> None:
        place = self.span(self.number + 1)
        name = _name(self.lines[self.number], self.lines[self.number + 1], self.span(self.number).to(place))
        if name in self.files:
            raise _unreadable(place, f"`{name}` is changed twice")
        self.files[name] = place
        self.begun = None
        self.number += 2
        least = 0
        if not _HUNK.fullmatch(self.line()):
            raise _unreadable(place, "no `@@` with lines follows")
        while match := _HUNK.fullmatch(self.line()):
            if int(match[1]) < least:
                raise _unreadable(self.span(self.number), "lies before the change above it")
            old, new = (1 if count is None else int(count) for count in match.group(2, 3))
            least = int(match[1]) + old
            self.take_hunk(old, new)

    def take_hunk(self, old: int, new: int) -> None:
        head = self.span(self.number)
        self.number += 1
        while old or new:
            if self.number >= len(self.lines) or self.line()[:1] not in {"", " ", "-", "+", "\\"}:
                raise _unreadable(head, "fewer lines follow than it says")
            kind = self.line()[:1]
            old -= kind in {"", " ", "-"}
            new -= kind in {"", " ", "+"}
            if old < 0 or new < 0:
                raise _unreadable(head, "other lines follow than it says")
            self.number += 1
        if self.line().startswith("\\"):
            self.number += 1
        if self.line()[:1] in {" ", "+"} or (self.line().startswith("-") and not self.line().startswith("--")):
            raise _unreadable(head, "more lines follow than it says")

    def line(self) -> str:
        return self.lines[self.number] if self.number < len(self.lines) else ""


def _name(before: str, after: str, place: Span) -> str:
    """Return the one name of a file, below the folder of packages. Raises a Report for one that cannot lie there."""
    if before.endswith("\r") or after.endswith("\r"):
        raise _unreadable(place, "its lines end with carriage returns, as packages' do not")
    old, new = (line[4:].partition("\t")[0].rstrip(" ") for line in (before, after))
    if old.startswith('"') or new.startswith('"'):
        raise _unreadable(place, "a name in quotes")
    if (old == _NOTHING or old.startswith("a/")) and (new == _NOTHING or new.startswith("b/")):
        old, new = (name if name == _NOTHING else name[2:] for name in (old, new))
    name = old if new == _NOTHING else new
    if name == _NOTHING or (old not in {name, _NOTHING}):
        raise _unreadable(place, "two names of one file")
    parts = name.split("/")
    if not all(parts) or not {".", ".."}.isdisjoint(parts) or "\\" in name or not name.isprintable():
        raise _outside(name, place, "no path below the folder of packages")
    if parts[0].endswith((".dist-info", ".data", ".egg-info")):
        raise _outside(name, place, "what the installer keeps of a package")
    return name


def _unreadable(span: Span, why: str) -> Report:
    return Report(
        [
            Diagnostic(
                "unreadable-patch",
                f"`{span.source.path}` cannot be applied as a unified diff",
                (wrong(span, why),),
                helps=("make it with `git diff --no-renames` or `diff -u`",),
            )
        ]
    )


def _outside(name: str, span: Span, why: str) -> Report:
    return Report(
        [
            Diagnostic(
                "patch-leaves-package",
                f"`{span.source.path}` would change `{name}`, which is no file of a package",
                (wrong(span, why),),
                notes=("a patch names files as they lie in site-packages: `gradio/routes.py`",),
            )
        ]
    )
