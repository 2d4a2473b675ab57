"""A server on loopback that shows a program of ours an index that envc fills, and nothing else.

The first part of every path is a word that only that program is told: other users of the machine cannot read what a
private index has.
"""

from __future__ import annotations

import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer, ThreadingMixIn
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from envc.resolvers.disk import FULL
from envc.resolvers.package_indexes.session import IndexFailureError

if TYPE_CHECKING:
    from typing_extensions import Self


#: Bytes; no program of ours sends anything that long.
LONGEST_LINE = 65536

#: Bytes of a file that are given at once.
PIECE = 1024 * 1024


class Answer(NamedTuple):
    """What is answered to one question: text, or a file."""

    status: int
    kind: str
    content: bytes | Path


NOT_THERE = Answer(404, "text/plain", b"")


class Loopback(ABC):
    """The server. Use it as a context manager; `address` is the index that the program is given.

    `failed` is called with the facts of a failure of an index, as `pip_tools.failure` reads them.
    """

    def __init__(self, failed: Callable[[dict[str, Any]], None]) -> None:
        self.failed = failed
        self.word = secrets.token_urlsafe(24)
        server = self

        class Handler(StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                while line := self.rfile.readline(LONGEST_LINE):
                    while self.rfile.readline(LONGEST_LINE).strip():  # its headers say nothing that matters
                        pass
                    for piece in server.reply(line.split(b" ")[1].decode("ascii", "replace")):
                        self.wfile.write(piece)

        class Http(ThreadingMixIn, TCPServer):
            daemon_threads = True
            allow_reuse_address = True
            block_on_close = False  # a thread may wait for an index that never answers
            request_queue_size = 128

            def handle_error(self, *arguments: object) -> None:
                """Say nothing of a connection that broke: the program was stopped."""

        self.http = Http(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        """Return the address of the index that the program sees."""
        return f"http://127.0.0.1:{self.http.server_address[1]}/{self.word}/simple"

    def __enter__(self) -> Self:
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.shutdown()
        self.http.server_close()

    def reply(self, path: str) -> Iterator[bytes]:
        """Yield the whole reply to one GET."""
        status, kind, content = self.guarded([unquote(part) for part in path.split("/")[1:]])
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        about = f"Content-Type: {kind}\r\nContent-Length: {size}\r\nCache-Control: no-store"
        head = f"HTTP/1.1 {status} -\r\n{about}\r\n\r\n".encode()
        if isinstance(content, bytes):
            yield head + content
            return
        yield head
        with content.open("rb") as file:
            yield from iter(lambda: file.read(PIECE), b"")

    def guarded(self, parts: list[str]) -> Answer:
        """Return the answer to who knows the word; what fails is told, and ends the run."""
        try:
            if parts and secrets.compare_digest(parts[0].encode(), self.word.encode()):
                return self.answer(parts[1:])
        except IndexFailureError as failure:
            self.failed(failure.facts)
            return Answer(502, "text/plain", b"")
        except Exception as error:  # noqa: BLE001 (a mistake of ours must end the run, not hang it)
            if isinstance(error, OSError) and error.errno in FULL:
                self.failed({"kind": "disk-full"})
                return Answer(507, "text/plain", b"")
            self.failed({"kind": "unexpected", "type": type(error).__name__, "detail": str(error)})
            return Answer(500, "text/plain", b"")
        return NOT_THERE

    @abstractmethod
    def answer(self, parts: list[str]) -> Answer:
        """Return what is answered; `parts` are those of the path behind the word."""
