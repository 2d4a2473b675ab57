"""Answers `check`, `compile`, `hash` and `lock` again without work when nothing that they read has changed.

A run that ended well is kept in the user's cache: what it read (by SHA-256), what it said and what it wrote. The next
run with the same command line reads the same files again, compares, and repeats the answer; parser and models are never
loaded. Any difference, in a file, a folder, envc's own code or the Python, means that the work is done anew.
`ENVC_CACHE=off` turns it off.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envc import __version__

if TYPE_CHECKING:
    from envc.lock.source_tree import SourceTree, WantedPath

COMMANDS = frozenset({"check", "compile", "hash", "lock"})
_MOST_ENTRIES = 256


class Memory:
    """What is remembered of one command line."""

    def __init__(self, arguments: Sequence[str], cache: Path | None = None) -> None:
        self._place: Path | None = None
        if os.environ.get("ENVC_CACHE", "").lower() not in {"off", "0", "no"} and arguments[0] in COMMANDS:
            self._place = _place(arguments, cache)
        self._inputs: dict[str, Any] = {"places": {}, "files": {}, "folders": {}, "lockfiles": {}, "trees": []}
        self._said: list[tuple[str, str]] = []
        self._written: list[dict[str, Any]] = []

    def recall(self) -> int | None:
        """Repeat the answer of an earlier run, or return None when there is none or something has changed."""
        if self._place is None:
            return None
        try:
            entry = json.loads(self._place.read_bytes())
            said = [(str(stream), str(text)) for stream, text in entry["said"]]
            if not _unchanged(entry["inputs"]):
                return None
            for written in entry["written"]:
                _write_again(**written)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None  # the work that is done anew says what is wrong
        for stream, text in said:
            (sys.stdout if stream == "stdout" else sys.stderr).write(text)
        return 0

    def forget(self) -> None:
        """Keep nothing of this run."""
        self._place = None

    def resolved(self, path: Path) -> None:
        """Take note of where a path leads: a symbolic link may be turned elsewhere."""
        self._inputs["places"][str(path.absolute())] = os.path.realpath(path)

    def read_file(self, path: Path) -> None:
        """Take note of a file that the answer depends on, before it is read for the answer."""
        try:
            self._inputs["files"][str(path.absolute())] = _digest(path)
        except OSError:
            self.forget()

    def read_folder(self, path: Path) -> None:
        """Take note of a folder whose files the answer depends on."""
        self._inputs["folders"][str(path.absolute())] = _names(path)
        for name in _names(path):
            self.read_file(path / name)

    def looked_for(self, folder: Path) -> bool:
        """Take note of whether a folder is there, on which the answer depends, and say it."""
        found = folder.is_dir()
        self._inputs["lockfiles"][str(folder.absolute())] = found
        return found

    def read_tree(self, root: Path, wanted: Sequence[WantedPath], ignored: Sequence[str], tree: SourceTree) -> None:
        """Take note of files that the image copies."""
        paths = [[one.source, one.filtered, one.linked] for one in wanted]
        self._inputs["trees"].append([str(root), paths, list(ignored), _tree_digest(tree)])

    def wrote(self, folder: Path, files: dict[str, str]) -> None:
        """Take note of the files that the answer is."""
        self._written.append({"folder": str(folder.absolute()), "files": files})

    def say(self, stream: str, text: str) -> None:
        """Say something, and take note of it."""
        (sys.stdout if stream == "stdout" else sys.stderr).write(text)
        self._said.append((stream, text))

    def keep(self) -> None:
        """Remember the answer. A cache that cannot be written is no reason to fail."""
        if self._place is None:
            return
        from envc.diagnostics import Report
        from envc.sources.writing import write_files

        entry = {"inputs": self._inputs, "said": self._said, "written": self._written}
        try:
            self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # programs may be private
            write_files(self._place.parent, {self._place.name: json.dumps(entry)}, "the cache")
            _forget_oldest(self._place.parent)
        except (OSError, Report):
            return


def _place(arguments: Sequence[str], cache: Path | None) -> Path | None:
    try:
        here, folder = str(Path.cwd()), cache or _cache()
    except (OSError, RuntimeError):  # a working directory that was removed, a user without a home
        return None
    identity = json.dumps([__version__, sys.version, _code(), here, list(arguments), _variables()])
    return folder / "answers" / f"{sha256(identity.encode()).hexdigest()[:40]}.json"


def _unchanged(inputs: dict[str, Any]) -> bool:
    return (
        all(os.path.realpath(path) == place for path, place in inputs["places"].items())
        and all(_digest(Path(path)) == digest for path, digest in inputs["files"].items())
        and all(_names(Path(path)) == names for path, names in inputs["folders"].items())
        and all(Path(path).is_dir() == found for path, found in inputs["lockfiles"].items())
        and all(_same_tree(*one) for one in inputs["trees"])
    )


def _same_tree(root: str, wanted: list[list[Any]], ignored: list[str], digest: str) -> bool:
    from envc.diagnostics import Report
    from envc.lock.source_tree import WantedPath
    from envc.sources.tree import read_tree

    try:
        return _tree_digest(read_tree(Path(root), [WantedPath(*one) for one in wanted], ignored)) == digest
    except Report:
        return False


def _tree_digest(tree: SourceTree) -> str:
    return sha256(json.dumps([sorted(tree.folders), tree.files]).encode()).hexdigest()


def _write_again(folder: str, files: dict[str, str]) -> None:
    from envc.plan.manifests import manifest_names

    place = Path(folder)
    whole = all(_is_there(place / name, text) for name, text in files.items())
    if whole and not any(name not in files and (place / name).is_file() for name in manifest_names()):
        return
    from envc.diagnostics import Report
    from envc.sources.outputs import write_outputs

    try:
        write_outputs(place, files, folder)
    except Report as report:
        raise OSError(str(report)) from None


def _is_there(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _digest(path: Path) -> str:
    if not path.is_file():  # a pipe or a device cannot be read twice
        raise OSError(f"no plain file: {path}")
    return sha256(path.read_bytes()).hexdigest()


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []


def _variables() -> dict[str, str]:
    return {name: value for name, value in sorted(os.environ.items()) if name.startswith("ENVC_")}


def _libraries() -> list[tuple[str, int, int]]:
    """Return what changes when a library that answers come from is installed anew, without importing it."""
    from importlib.util import find_spec

    found = []
    for name in ("lark", "pydantic", "pydantic_core"):
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            state = Path(spec.origin).stat()
            found.append((spec.origin, state.st_mtime_ns, state.st_size))
    return found


def _code() -> str:
    """Return what changes when any file of envc itself does, or a library that it answers with."""
    package = Path(__file__).parent.parent
    stamps = sha256()
    for folder in (package, package.parent / "grammar", package.parent / "stdlib"):
        for path, changed, size in sorted(_stamps(str(folder))):
            stamps.update(f"{path} {changed} {size}\n".encode())
    stamps.update(repr(_libraries()).encode())
    return stamps.hexdigest()


def _stamps(folder: str) -> Iterator[tuple[str, int, int]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from _stamps(entry.path)
        else:
            state = entry.stat()
            yield entry.path, state.st_mtime_ns, state.st_size


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "envc"


def _forget_oldest(folder: Path) -> None:
    entries = list(folder.glob("*.json"))
    if len(entries) > _MOST_ENTRIES:
        for path in sorted(entries, key=lambda path: path.stat().st_mtime)[: _MOST_ENTRIES // 2]:
            path.unlink(missing_ok=True)
