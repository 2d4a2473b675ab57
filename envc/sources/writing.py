"""Writes files so that whoever stops the process finds the old ones or the new ones, and nothing between."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from stat import S_IMODE

from envc.diagnostics import Report
from envc.diagnostics.diagnostic import world_failed

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def write_files(folder: Path, files: Mapping[str, str], shown: str) -> None:
    """Write texts into a folder, each whole or not at all; what has the same text is left alone."""
    with _named_failures(shown):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = folder / name
            _write_file(path.resolve() if path.is_symlink() else path, text.encode())


def write_folder(folder: Path, files: Mapping[str, str], shown: str) -> None:
    """Put a folder of texts in the place of an older one in one step; the older one's other files stay.

    The caller is alone (`waiting.alone`): what a killed process had begun beside the folder is removed.
    """
    with _named_failures(shown):
        folder = folder.resolve()
        folder.parent.mkdir(parents=True, exist_ok=True)
        recover_folder(folder)
        for begun in folder.parent.glob(f".{escape(folder.name)}.new-*"):
            shutil.rmtree(begun, ignore_errors=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}.new-", dir=folder.parent))
        try:
            if folder.is_dir():
                _copy_below(folder, staged)
            staged.chmod(0o777 & ~_umask())
            for path in staged.glob("py3.*-linux*.txt"):
                path.unlink()
            for name, text in files.items():
                _write_file(staged / name, text.encode())
            _put_in_place(staged, folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


@contextmanager
def replacing_folder(folder: Path, shown: str) -> Iterator[Path]:
    """Give an empty folder, which takes the place of another in one step when the block has ended well.

    The caller is alone (`waiting.alone`): what a killed process had begun beside the folder is removed.
    """
    with _named_failures(shown):
        folder.parent.mkdir(parents=True, exist_ok=True)
        for begun in folder.parent.glob(f".{escape(folder.name)}.new-*"):
            shutil.rmtree(begun, ignore_errors=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}.new-", dir=folder.parent))
        try:
            yield staged
            staged.chmod(0o777 & ~_umask())
            _put_in_place(staged, folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def recover_folder(folder: Path) -> None:
    """Bring back a folder that a killed process had moved aside."""
    aside = folder.parent / f".{folder.name}.old"
    if aside.is_dir() and not folder.exists():
        aside.rename(folder)


def _copy_below(folder: Path, staged: Path) -> None:
    """Copy what lies in a folder. Unlike shutil's, a failure stays the OSError that it is."""
    for path in folder.iterdir():
        copy = staged / path.name
        if path.is_dir() and not path.is_symlink():
            copy.mkdir()
            _copy_below(path, copy)
            shutil.copystat(path, copy)
        else:
            shutil.copy2(path, copy, follow_symlinks=False)


def _put_in_place(staged: Path, folder: Path) -> None:
    if not folder.exists():
        staged.rename(folder)
        return
    if _exchange(staged, folder):
        return
    aside = folder.parent / f".{folder.name}.old"
    shutil.rmtree(aside, ignore_errors=True)
    folder.rename(aside)  # a process killed here leaves `aside`, and `recover_folder` brings it back
    staged.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step where the system can (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    return bool(renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)


def _write_file(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(S_IMODE(path.stat().st_mode) if path.is_file() else 0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _named_failures(shown: str) -> Iterator[None]:
    try:
        yield
    except Report:
        raise
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise world_failed("disk-full", f"`{shown}` cannot be written: the disk is full") from None
        raise world_failed("unwritable-output", f"`{shown}` cannot be written: {reason}") from None
