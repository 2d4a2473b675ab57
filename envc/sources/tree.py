"""Reads the files that an image copies: bytes and modes, nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.lock.source_tree import JUNK, JUNK_AT_ROOT, SourceFile, SourceTree, WantedPath
from envc.sources.ignoring import is_ignored


def read_tree(root: Path, wanted: Iterable[WantedPath], ignored: Iterable[str] = ()) -> SourceTree:
    """Read all files behind the wanted paths. Raises a Report when one is missing, unreadable or no plain file."""
    patterns = (*JUNK, *JUNK_AT_ROOT, *ignored)
    folders: set[str] = set()
    files: dict[str, SourceFile] = {}
    for one in wanted:
        try:
            if (root / one.source).is_dir():
                folders.add(one.source)
            for file in _read_wanted(root, one, patterns):
                files.setdefault(file.path, file)
        except Report as report:  # noqa: PERF203  # each path's report shows its own place
            raise _with_place(report, one) from None
    return SourceTree(frozenset(folders), tuple(files[path] for path in sorted(files)))


def _read_wanted(root: Path, wanted: WantedPath, patterns: tuple[str, ...]) -> Iterator[SourceFile]:
    """Yield the files behind one path."""
    path = root / wanted.source
    _refuse_unusable(root, wanted, patterns)
    if path.is_dir():
        for file in _walk(path, root, patterns if wanted.filtered else ()):
            yield _read(root, file)
    elif path.exists():
        yield _read(root, wanted.source, follow=wanted.linked)
    else:
        raise Report([Diagnostic("no-such-file", f"there is no file or folder `{wanted.source}` in the project")])


def _with_place(report: Report, wanted: WantedPath) -> Report:
    """Return a report that shows where the program names the path."""
    if wanted.origin is None:
        return report
    place = (wrong(wanted.origin, "named here"),)
    return Report([one._replace(labels=one.labels or place) for one in report.diagnostics], report.exit_code)


def _refuse_unusable(root: Path, wanted: WantedPath, patterns: tuple[str, ...]) -> None:
    """Refuse a path that a builder would not find, for it follows no link and is sent nothing that is left out."""
    parts = wanted.source.split("/")
    for path in ("/".join(parts[: length + 1]) for length in range(len(parts))):
        if wanted.filtered and path != "." and is_ignored(path, patterns):
            message = f"`{path}` is never copied: its name is one of those that are left out"
            raise Report([Diagnostic("ignored-path", message, helps=("copy it under another name",))])
        if not wanted.linked and (root / path).is_symlink():
            message = f"`{path}` is a symbolic link, and builders follow none"
            raise Report([Diagnostic("no-plain-file", message, helps=("name the file or folder that it points to",))])


def _virtual_environment(folder: str) -> Report:
    """Return the refusal of a virtual environment: it belongs to one machine, and the image has one of its own."""
    message = f"`{folder}` is a virtual environment, and would be copied"
    return Report(
        [
            Diagnostic(
                "copied-virtual-environment", message, helps=(f'leave it out: ignore "{folder.rsplit("/", 1)[-1]}"',)
            )
        ]
    )


def _walk(folder: Path, root: Path, patterns: tuple[str, ...]) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise _unreadable(folder.relative_to(root).as_posix(), error) from None
    if patterns and any(entry.name == "pyvenv.cfg" for entry in found):
        raise _virtual_environment(folder.relative_to(root).as_posix())
    for entry in found:
        path = Path(entry.path)
        relative = path.relative_to(root).as_posix()
        if is_ignored(relative, patterns):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root, patterns)
        else:
            yield relative


def _read(root: Path, relative: str, *, follow: bool = False) -> SourceFile:
    from hashlib import sha256

    path = root / relative
    if any(map(_is_unusable, relative)):
        shown = "".join("\N{REPLACEMENT CHARACTER}" if _is_unusable(one) else one for one in relative)
        raise Report([Diagnostic("unusable-path", f"the name `{shown}` is no text in UTF-8 on one line")])
    try:
        if path.is_symlink() and not follow:
            target = os.readlink(path)  # noqa: PTH115  # a Path would normalise what the link says
            content = os.fsencode(target)
            return SourceFile(relative, False, sha256(content).hexdigest(), len(content), target)
        if not path.is_file():
            raise Report([Diagnostic("no-plain-file", f"`{relative}` is no plain file, so it cannot be copied")])
        digest = sha256()
        size = 0
        with path.open("rb") as stream:
            executable = bool(os.fstat(stream.fileno()).st_mode & 0o111)
            while block := stream.read(1 << 20):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise _unreadable(relative, error) from None
    return SourceFile(relative, executable, digest.hexdigest(), size)


def _is_unusable(character: str) -> bool:
    """Say whether a character is a control character or stands for a byte that is no UTF-8."""
    return ord(character) < 32 or 0x7F <= ord(character) < 0xA0 or 0xD800 <= ord(character) < 0xE000


def _unreadable(relative: str, error: OSError) -> Report:
    reason = (error.strerror or "unknown error").lower()
    return world_failed("unreadable-file", f"`{relative}` cannot be read: {reason}")
