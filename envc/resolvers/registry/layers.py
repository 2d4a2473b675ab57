"""The files of an image, read from its layers without an engine.

A layer is a tar archive that adds to those below it; `.wh.NAME` takes NAME away, `.wh..wh..opq` everything that a
folder had below (OCI image specification 1.1, `layer.md`). Links lead where they would in a container,
and never out of it.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Literal, NamedTuple

from envc.resolvers.registry.failures import UnusableError
from envc.resolvers.registry.unpacking import each_member

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
#: As many links as Linux follows.
_LINKS = 40
#: Of what is kept while a layer is looked through for the first time, bytes of one file and of all.
_KEPT_FILE, _KEPT = 8 * 1024**2, 64 * 1024**2
#: No file that is asked for here comes near it.
LARGEST_FILE = 64 * 1024 * 1024


class Entry(NamedTuple):
    """What a layer has at a path."""

    kind: str  # `file`, `folder`, `symlink`, `hardlink`, `other`
    target: str = ""  # of a link
    size: int = 0


class Layer(NamedTuple):
    """What one layer adds and takes away. Paths are without a slash at the front; the root is empty."""

    entries: dict[str, Entry]
    hidden: frozenset[str]  # paths that lower layers have in vain
    opaque: frozenset[str]  # folders of which lower layers have nothing
    extract: Callable[[frozenset[str]], dict[str, bytes]]  # the content of files of this layer


def read_layer(file: IO[bytes], is_likely: Callable[[str], bool] = lambda _: False) -> Layer:
    """Return what a layer's archive holds; its files are read when they are asked for.

    Those that will likely be asked for are kept on the way, which spares unpacking the layer again.
    """
    entries: dict[str, Entry] = {}
    kept: dict[str, bytes] = {}
    left = _KEPT
    hidden, opaque = set(), set()
    for member, content in each_member(file):
        path, mark = marks_of(member.name)
        if mark == "opaque":
            opaque.add(path)
        elif mark == "hidden":
            hidden.add(path)
        else:
            entries[path] = entry_of(member)
            kept.pop(path, None)  # of two of the same name, the last counts
            if member.isreg() and member.size <= min(_KEPT_FILE, LARGEST_FILE, left) and is_likely(path):
                kept[path] = content(_KEPT_FILE)
                left -= member.size

    def extract(wanted: frozenset[str]) -> dict[str, bytes]:
        if wanted <= kept.keys():
            return {path: kept[path] for path in wanted}
        found = {}
        for member, content in each_member(file):
            path = _clean(member.name)
            if path in wanted and member.isreg():
                found[path] = content(LARGEST_FILE)
        return found

    return Layer(entries, frozenset(hidden), frozenset(opaque), extract)


def marks_of(name: str) -> tuple[str, Literal["opaque", "hidden", ""]]:
    """Return the path that a member of a layer speaks of, and what the layer does with what lies below there."""
    path = _clean(name)
    folder, _, name = path.rpartition("/")
    if name == _OPAQUE:
        return folder, "opaque"
    if name.startswith(_WHITEOUT):
        return f"{folder}/{name[len(_WHITEOUT) :]}".lstrip("/"), "hidden"
    return path, ""


def entry_of(member: tarfile.TarInfo) -> Entry:
    """Return what a layer has at the path of a member."""
    if member.issym():
        return Entry("symlink", member.linkname)
    if member.islnk():
        return Entry("hardlink", _clean(member.linkname))
    if member.isdir():
        return Entry("folder")
    return Entry("file", size=member.size) if member.isreg() else Entry("other")


#: Opens a layer of a digest and a size; the last argument says which files will likely be asked for.
Opener = Callable[[str, int, Callable[[str], bool]], Layer]


class Layers:
    """The layers of one image, of which each is opened when a search comes down to it."""

    def __init__(self, described: Sequence[tuple[str, int]], open_layer: Opener) -> None:
        """Take digests and sizes, the lowest first, and what opens a layer."""
        self._likely: frozenset[str] = frozenset()
        self._described = tuple(reversed(described))
        self._open = open_layer
        self._opened: list[Layer] = []

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the files at some paths, under the paths as asked; a path with a slash at its end means all below it.

        What is not there, or is no file, is left out.
        """
        paths = tuple(paths)
        # A link usually leads to a file of the same name.
        self._likely = frozenset(path.rstrip("/").rpartition("/")[2] for path in paths)
        asked: list[str] = []
        for path in paths:
            asked += self.names_under(path) if path.endswith("/") else [path]
        places = {path: place for path in asked if (place := self._resolve(path))}
        contents: dict[tuple[int, str], bytes] = {}
        for number in {number for number, _ in places.values()}:
            wanted = frozenset(path for at, path in places.values() if at == number)
            contents.update({(number, path): body for path, body in self._opened[number].extract(wanted).items()})
        return {path: contents[place] for path, place in places.items() if place in contents}

    def names_under(self, folder: str) -> tuple[str, ...]:
        """Return the paths of all files and links below a folder, sorted, beginning as the folder was written."""
        real = self._follow(folder)
        if real is None:
            return ()
        prefix = f"{real}/" if real else ""
        names = set()
        for number, layer in enumerate(self._each()):
            for path, entry in layer.entries.items():
                if path.startswith(prefix) and entry.kind in ("file", "symlink", "hardlink"):
                    top = self._lookup(path)
                    if top is not None and top[0] == number:
                        names.add(path[len(prefix) :])
        return tuple(f"{folder.rstrip('/')}/{name}" for name in sorted(names))

    def file_at(self, path: str) -> str | None:
        """Return the path, links followed, of the file that a path leads to; None when there is none."""
        real = self._follow(path)
        found = self._lookup(real) if real else None
        return f"/{real}" if found is not None and found[1].kind in ("file", "hardlink") else None

    def _each(self) -> Iterable[Layer]:
        for number in range(len(self._described)):
            yield self._layer(number)

    def _layer(self, number: int) -> Layer:
        while len(self._opened) <= number:
            self._opened.append(self._open(*self._described[len(self._opened)], self._is_likely))
        return self._opened[number]

    def _is_likely(self, path: str) -> bool:
        return not self._likely.isdisjoint(path.split("/")[-2:])

    def _lookup(self, path: str, start: int = 0) -> tuple[int, Entry] | None:
        """Return the layer that shows something at a path, from the top, and what; no link is followed."""
        above = _above(path)
        for number in range(start, len(self._described)):
            layer = self._layer(number)
            if path in layer.entries:
                return number, layer.entries[path]
            if path in layer.hidden or any(
                one in layer.hidden
                or one in layer.opaque
                or (one in layer.entries and layer.entries[one].kind != "folder")
                for one in above
            ):
                return None
        return None

    def _resolve(self, path: str) -> tuple[int, str] | None:
        """Return the layer and the path there of the file that a path leads to."""
        real = self._follow(path)
        found = self._lookup(real) if real else None
        for _ in range(_LINKS):
            if real is None or found is None:
                return None
            number, entry = found
            if entry.kind != "hardlink":
                return (number, real) if entry.kind == "file" else None
            real, found = entry.target, self._lookup(entry.target, number)
        return None

    def _follow(self, path: str) -> str | None:
        """Return the path without links and dots; None when it leads in a circle."""
        waiting = path.split("/")[::-1]
        done: list[str] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                del done[-1:]
            if part in ("", ".", ".."):
                continue
            found = self._lookup("/".join([*done, part]))
            if found is None or found[1].kind != "symlink":
                done.append(part)
                continue
            links += 1
            if links > _LINKS:
                return None
            target = found[1].target
            done = [] if target.startswith("/") else done
            waiting += target.split("/")[::-1]
        return "/".join(done)


def _clean(name: str) -> str:
    """Return a member's name without `./` and outer slashes. Raises `UnusableError` for one that leaves the image."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UnusableError("it holds a name that leads out of the image")
    return "/".join(parts)


def _above(path: str) -> tuple[str, ...]:
    """Return every folder that a path lies in, the root among them."""
    parts = path.split("/")
    return tuple("/".join(parts[:count]) for count in range(len(parts)))
