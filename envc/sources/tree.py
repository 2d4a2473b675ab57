"""Reads the files that an image copies: bytes and modes, nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import world_failed
from envc.lock.source_tree import JUNK, SourceFile, SourceTree, WantedPath


def read_tree(root: Path, wanted: Iterable[WantedPath], ignored: Iterable[str] = ()) -> SourceTree:
    """Read all files behind the wanted paths. Raises a Report when one is missing, unreadable or no plain file."""
    patterns = (*JUNK, *ignored)
    folders: set[str] = set()
    files: dict[str, SourceFile] = {}
    for one in wanted:
        path = root / one.source
        if path.is_dir() and not path.is_symlink():
            folders.add(one.source)
            for file in _walk(path, root, patterns if one.filtered else ()):
                files.setdefault(file, _read(root, file))
        elif path.is_file() or path.is_symlink():
            files.setdefault(one.source, _read(root, one.source))
        else:
            raise Report([Diagnostic("no-such-file", f"there is no file or folder `{one.source}` in the project")])
    return SourceTree(frozenset(folders), tuple(files[path] for path in sorted(files)))


def _walk(folder: Path, root: Path, patterns: tuple[str, ...]) -> Iterator[str]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        path = Path(entry.path)
        relative = path.relative_to(root).as_posix()
        if is_ignored(relative, patterns):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root, patterns)
        else:
            yield relative


def is_ignored(path: str, patterns: tuple[str, ...]) -> bool:
    """Say whether a path (relative to the root) is left out: a pattern without `/` fits a name at any depth."""
    if not patterns:
        return False
    from fnmatch import fnmatchcase

    name = path.rsplit("/", 1)[-1]
    for pattern in patterns:
        if "/" not in pattern:
            if fnmatchcase(name, pattern):
                return True
        elif fnmatchcase(path, pattern) or path.startswith(f"{pattern}/"):
            return True
    return False


def _read(root: Path, relative: str) -> SourceFile:
    from hashlib import sha256

    path = root / relative
    try:
        if path.is_symlink():
            target = os.readlink(path)
            return SourceFile(relative, False, sha256(target.encode()).hexdigest(), len(target.encode()), target)
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
        reason = (error.strerror or "unknown error").lower()
        raise world_failed("unreadable-file", f"`{relative}` cannot be read: {reason}") from None
    return SourceFile(relative, executable, digest.hexdigest(), size)
