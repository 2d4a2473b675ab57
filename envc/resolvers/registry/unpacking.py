"""A layer's archive, unpacked as a stream: nothing of it is written, and no more of it is read than is reasonable."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import IO, Any, cast

from envc.resolvers.registry.failures import UnusableError

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
#: Of one unpacked layer. The largest layers that people ship, of CUDA and models, have a few dozen GiB.
LARGEST_LAYER = 64 * 1024**3
#: Bytes of an unpacked layer that are read at a time; the 10 KiB of `tarfile` itself make it slow.
_BLOCK = 1 << 20
#: Reads a member's content, when it is not larger than said.
Content = Callable[[int], bytes]


def each_member(file: IO[bytes]) -> Iterator[tuple[tarfile.TarInfo, Content]]:
    """Yield every member of a layer from its beginning, and what reads it while it is the current one.

    Raises `UnusableError` when the layer is damaged or packed in a way that this Python cannot read.
    """
    try:
        stream = cast("IO[bytes]", _Bounded(_unpacked(file)))
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_BLOCK) as archive:
            for member in archive:
                yield member, _reader(archive, member)
                # A stream never goes back, and hundreds of thousands of members weigh something.
                archive.members = []  # type: ignore[attr-defined]  # typeshed does not know it
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise UnusableError(f"it is no archive that can be unpacked ({type(error).__name__})") from None


def _reader(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Content:
    def read(most: int) -> bytes:
        if member.size > most:
            raise UnusableError(f"a file of it that is asked for has more than {most // 1024**2} MiB")
        content = archive.extractfile(member)
        return content.read() if content else b""

    return read


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    if isinstance(file, io.BufferedReader):  # a stream, which never goes back
        start = file.peek(4)[:4]
    else:
        file.seek(0)
        start = file.read(4)
        file.seek(0)
    if start.startswith(_GZIP):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if start == _ZSTD:
        return cast("IO[bytes]", _zstd().ZstdFile(file))
    return file


def _zstd() -> Any:
    """Return the module that unpacks zstd: Python's own, or its backport where somebody installed it."""
    for package, name in (("compression", "compression.zstd"), ("backports", "backports.zstd")):
        if find_spec(package) is not None and find_spec(name) is not None:
            return import_module(name)
    raise UnusableError("it is packed with zstd, which Python reads from 3.14 on, or with the package backports.zstd")


class _Bounded:
    """A stream that ends in an error beyond a reasonable size, as a small file that unpacks to a huge one has."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._left = LARGEST_LAYER

    def read(self, size: int) -> bytes:
        try:
            piece: bytes = self._stream.read(size)
        except Exception as error:
            if type(error).__name__ != "ZstdError":  # a class of a module that is not always there
                raise
            raise UnusableError("it is no archive that can be unpacked (ZstdError)") from None
        self._left -= len(piece)
        if self._left < 0:
            raise UnusableError("it unpacks to more than 64 GiB")
        return piece
