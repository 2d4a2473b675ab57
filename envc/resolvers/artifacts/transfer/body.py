"""The body of an answer, measured while it passes, and gone on with where it was cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from errno import EDQUOT, ENOSPC
from threading import Event
from typing import IO, TYPE_CHECKING

from envc.diagnostics.diagnostic import world_failed
from envc.resolvers.artifacts.transfer.failures import AnswerError, IncompleteError, UnreachableError

if TYPE_CHECKING:
    import requests

_BLOCK = 1 << 18


def length_of(headers: Mapping[str, str]) -> int | None:
    """Return how long a body is said to be."""
    length = headers.get("Content-Length", "")
    return int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None


def strong_mark(headers: Mapping[str, str]) -> str | None:
    """Return the ETag without its quotes; a weak one says nothing of bytes (RFC 9110, 8.8.3), and is none."""
    match = re.fullmatch(r'"([!#-~]{1,200})"', headers.get("ETag", ""))
    return match[1] if match else None


class Body:
    """Size and SHA-256 of the bytes that have come so far. Where there is a file to keep them in, they go there."""

    def __init__(self, passed: Callable[[int], None], keep: IO[bytes] | None = None) -> None:
        self._passed = passed
        self._keep = keep
        self.headers: Mapping[str, str] = {}
        self._begin({})

    @property
    def sha256(self) -> str:
        """The SHA-256 of what has come."""
        return self._digest.hexdigest()

    def wanted(self) -> dict[str, str]:
        """Return the headers that ask for the rest, if it is still of the same bytes; none when it begins anew."""
        mark = strong_mark(self.headers)
        return {"Range": f"bytes={self.size}-", "If-Range": f'"{mark}"'} if self.size and mark else {}

    def take(self, response: requests.Response, stop: Event) -> None:
        """Read an answer to its end. Raises IncompleteError when it is cut, UnreachableError when nothing came."""
        if response.status_code == 206:
            self._go_on(response.headers.get("Content-Range", ""))
        else:
            self._passed(-self.size)
            self._begin(response.headers)
        self._read(response, stop)
        if self._total is not None and self.size != self._total:
            raise IncompleteError(f"{self.size} of {self._total} bytes came")

    def _begin(self, headers: Mapping[str, str]) -> None:
        from hashlib import sha256

        self.headers, self.size, self._digest = headers, 0, sha256()
        self._total = length_of(headers)
        if self._keep:
            self._keep.seek(0)
            self._keep.truncate()

    def _go_on(self, span: str) -> None:
        match = re.fullmatch(r"bytes ([0-9]{1,18})-[0-9]{1,18}/(?:([0-9]{1,18})|\*)", span)
        if not match or int(match[1]) != self.size:
            raise AnswerError("it sends another part than the one that was asked for")

    def _read(self, response: requests.Response, stop: Event) -> None:
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        try:
            while block := response.raw.read(_BLOCK, decode_content=False):
                self._digest.update(block)
                self.size += len(block)
                self._passed(len(block))
                self._write(block)
                if stop.is_set():
                    raise UnreachableError("it is no longer wanted")
        except (HTTPError, OSError) as error:
            late = isinstance(error, ReadTimeoutError)
            if not self.size:
                raise UnreachableError("it did not answer in time" if late else "the connection failed") from None
            how = "then nothing more in time" if late else "then it was cut"
            total = "" if self._total is None else f" of {self._total}"
            raise IncompleteError(f"{self.size}{total} bytes came, and {how}") from None

    def _write(self, block: bytes) -> None:
        try:
            if self._keep:
                self._keep.write(block)
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            name = "disk-full" if error.errno in {ENOSPC, EDQUOT} else "unwritable-output"
            raise world_failed(name, f"what is fetched cannot be written: {reason}") from None
