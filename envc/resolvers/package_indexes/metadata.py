"""The metadata of a wheel: from the file beside it, else from the end of the wheel, else from the whole of it."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from envc.language.package_names import normalised
from envc.resolvers.package_indexes.connections import Reply
from envc.resolvers.package_indexes.page import File
from envc.resolvers.package_indexes.session import IndexFailureError, Session
from envc.resolvers.pip_tools.inside.rules import Rules

if TYPE_CHECKING:
    from packaging.requirements import Requirement

#: Bytes read from the end of a wheel at first, and at least of any other part: enough for directory and METADATA of
#: nearly all. With a third of it, many wheels are asked twice, which takes longer than the bytes.
PART = 192 * 1024


class Metadata(NamedTuple):
    """What a wheel says of itself."""

    requires: tuple[str, ...]  # PEP 508 requirements
    requires_python: str | None


def fetch(session: Session, url: str, file: File) -> bytes:
    """Return the METADATA of a wheel. Raises `IndexFailureError`."""
    if file.metadata:
        content = get(session, f"{url}.metadata", {}).content
        if isinstance(file.metadata, str) and hashlib.sha256(content).hexdigest() != file.metadata.lower():
            raise IndexFailureError("wrong-hash", url, "its metadata is not what the index page says")
        return content
    try:
        with zipfile.ZipFile(Remote(session, url, file.size)) as wheel:
            return wheel.read(metadata_in(wheel.namelist(), file.filename))
    except (zipfile.BadZipFile, LookupError, NotImplementedError, EOFError, zlib.error) as error:
        raise IndexFailureError("broken-file", url, type(error).__name__) from error


def metadata_in(names: list[str], filename: str) -> str:
    """Return where in a wheel its METADATA lies. Raises `LookupError` when it is not there."""
    wanted = normalised(filename.partition("-")[0])
    for name in names:
        folder, _, rest = name.partition("/")
        if rest == "METADATA" and folder.endswith(".dist-info") and normalised(folder.partition("-")[0]) == wanted:
            return name
    raise LookupError("METADATA")


def get(session: Session, url: str, headers: dict[str, str], method: str = "GET") -> Reply:
    """Return a file, or the part that is asked for. Raises `IndexFailureError` when it is not given."""
    reply = session.ask(url, {"Accept-Encoding": "identity", **headers}, method)
    if reply.status >= 400 and reply.status != 416:
        kind = "unauthorised" if reply.status in {401, 403, 407} else "status"
        raise IndexFailureError(kind, url, "", reply.status)
    return reply


class Remote(io.RawIOBase):
    """A file at an address, read in parts where the server gives parts."""

    def __init__(self, session: Session, url: str, size: int | None) -> None:
        super().__init__()
        self.session, self.url = session, url
        self.parts: list[tuple[int, bytes]] = []
        self.position = 0
        self.size = size if size is not None else self.ask_size()
        if self.size:
            self.load(max(0, self.size - PART), self.size)

    def ask_size(self) -> int:
        """Return the size that the server states; 0 when it states none, and then the whole file is read."""
        reply = self.session.ask(self.url, {"Accept-Encoding": "identity"}, "HEAD")
        if reply.status < 400 and reply.headers.get("Content-Length", "").isdigit():
            return int(reply.headers["Content-Length"])
        return self.whole(get(self.session, self.url, {}).content)

    def whole(self, content: bytes) -> int:
        """Take the whole file and return its size."""
        self.parts = [(0, content)]
        self.size = len(content)
        return self.size

    def load(self, first: int, end: int) -> None:
        """Read a part."""
        reply = get(self.session, self.url, {"Range": f"bytes={first}-{end - 1}"})
        if reply.status == 200:
            self.whole(reply.content)
        elif reply.status == 206 and reply.content:
            stated = reply.headers.get("Content-Range", "").rpartition("/")[2]
            if stated.isdigit() and int(stated) != self.size:
                raise zipfile.BadZipFile
            self.parts.append((first, reply.content))
        else:
            raise zipfile.BadZipFile

    def seekable(self) -> bool:
        """Tell that any part can be read."""
        return True

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        self.position = max(0, origin + offset)
        return self.position

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        end = self.size if size < 0 else min(self.size, self.position + size)
        if end <= self.position:
            return b""
        for first, content in self.parts:
            if first <= self.position and end <= first + len(content):
                taken = content[self.position - first : end - first]
                self.position = end
                return taken
        loaded = len(self.parts)
        self.load(self.position, min(self.size, max(end, self.position + PART)))
        if len(self.parts) > loaded and len(self.parts[-1][1]) < end - self.position:
            raise zipfile.BadZipFile
        return self.read(size)


HEADER = re.compile(rb"(?im)^(Requires-Python|Requires-Dist):[ \t]*(.*?)[ \t]*\r?$")


@lru_cache(maxsize=4096)
def read_metadata(content: bytes) -> Metadata:
    """Return what METADATA asks for."""
    found: dict[bytes, list[str]] = {}
    for match in HEADER.finditer(headers_of(content)):
        found.setdefault(match[1].lower(), []).append(match[2].decode("utf-8", "replace"))
    pythons = found.get(b"requires-python", [])
    return Metadata(tuple(found.get(b"requires-dist", [])), pythons[0] if pythons else None)


def ruled(content: bytes, name: str, rules: Rules) -> bytes:
    """Return METADATA that asks for what counts alone. What cannot be read stays as it is."""
    if not (rules.overrides or name in rules.bare):
        return content
    asked = [one for one in map(requirement_of, read_metadata(content).requires) if one is not None]
    if len(asked) != len(read_metadata(content).requires):
        return content
    judged = rules.apply(name, asked)
    if not judged.overruled:
        return content
    kept = HEADER.sub(lambda match: match[0] if match[1].lower() == b"requires-python" else b"", headers_of(content))
    asking = "".join(f"Requires-Dist: {one}\n" for one in judged.counting).encode()
    return b"\n".join(line for line in kept.splitlines() if line) + b"\n" + asking + b"\n"


def headers_of(content: bytes) -> bytes:
    """Return METADATA without the description behind its first empty line."""
    return re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]


def refused(name: str, version: str) -> bytes:
    """Return METADATA that no Python takes: uv itself looks at the lower bound of Requires-Python alone."""
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=99\n\n".encode()


def fault_of(content: bytes, name: str, version: str) -> str | None:
    """Return what pip finds wrong with METADATA, by its name of the error: it passes over such a file."""
    from packaging.version import InvalidVersion, Version

    head = headers_of(content)
    names, versions = (re.findall(rb"(?im)^%s:[ \t]*(.*?)[ \t]*\r?$" % field, head) for field in (b"Name", b"Version"))
    try:
        if [normalised(one.decode()) for one in names[:1]] != [name]:
            return "MetadataInconsistent"
        if [Version(one.decode()) for one in versions[:1]] != [Version(version)]:
            return "MetadataInconsistent"
    except (InvalidVersion, UnicodeDecodeError):
        return "MetadataInvalid"
    return None if all(map(requirement_of, read_metadata(content).requires)) else "MetadataInvalid"


@lru_cache(maxsize=65536)
def requirement_of(text: str) -> Requirement | None:
    """Return what a line of METADATA asks for, or None when it cannot be read. Nobody changes it."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def counts(requirement: Requirement, markers: Mapping[str, str], extras: Iterable[str]) -> bool:
    """Tell whether a requirement counts on the target with one of some extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**markers, "extra": extra}) for extra in extras)
