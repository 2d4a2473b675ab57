"""A server on loopback that shows uv the pages and the metadata of `Indexes`, and nothing else.

The first part of every path is a word that only uv is told: other users of the machine cannot read what a private
index has. There are two questions, `/WORD/simple/NAME/` and `/WORD/files/NAME/VERSION/WHEEL.metadata`. A wheel is shown
as one for every Python and platform, since `selection` has judged that already; uv never asks for the wheel itself.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Container
from socketserver import StreamRequestHandler, TCPServer, ThreadingMixIn
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from envc.resolvers.uv.index import Indexes
from envc.resolvers.uv.offered import Offered
from envc.resolvers.uv.page import JSON
from envc.resolvers.uv.session import IndexFailureError

if TYPE_CHECKING:
    from typing_extensions import Self


#: Bytes; uv sends nothing that long.
LONGEST_LINE = 65536


class Server:
    """The server. Use it as a context manager; `address` is the index that uv is given.

    `failed` is called with the facts of a failure of an index, as `pip_tools.failure` reads them.
    """

    def __init__(self, indexes: Indexes, failed: Callable[[dict[str, Any]], None]) -> None:
        self.indexes = indexes
        self.failed = failed
        self.word = secrets.token_urlsafe(24)
        server = self

        class Handler(StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                while line := self.rfile.readline(LONGEST_LINE):
                    while self.rfile.readline(LONGEST_LINE).strip():  # its headers say nothing that matters
                        pass
                    self.wfile.write(server.reply(line.split(b" ")[1].decode("ascii", "replace")))

        class Http(ThreadingMixIn, TCPServer):
            daemon_threads = True
            allow_reuse_address = True
            block_on_close = False  # a thread may wait for an index that never answers
            request_queue_size = 128

            def handle_error(self, *arguments: object) -> None:
                """Say nothing of a connection that broke: uv was stopped."""

        self.http = Http(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        """Return the address of the index that uv sees."""
        return f"http://127.0.0.1:{self.http.server_address[1]}/{self.word}/simple"

    def __enter__(self) -> Self:
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.shutdown()
        self.http.server_close()

    def reply(self, path: str) -> bytes:
        """Return the whole reply to one GET of uv."""
        try:
            status, kind, content = self.answer([unquote(part) for part in path.split("/")[1:]])
        except IndexFailureError as failure:
            self.failed(failure.facts)
            status, kind, content = 502, "text/plain", b""
        except Exception as error:  # noqa: BLE001 (a mistake of ours must end the run, not hang it)
            self.failed({"kind": "unexpected", "type": type(error).__name__, "detail": str(error)})
            status, kind, content = 500, "text/plain", b""
        about = f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\nCache-Control: no-store"
        return f"HTTP/1.1 {status} -\r\n{about}\r\n\r\n".encode() + content

    def answer(self, parts: list[str]) -> tuple[int, str, bytes]:
        """Return status, content type and content."""
        if parts and secrets.compare_digest(parts[0].encode(), self.word.encode()):
            if parts[1:2] == ["simple"] and len(parts) == 4:
                offered = self.indexes.offer(parts[2])
                if offered.is_there:
                    return 200, JSON, page_for(parts[2], offered, self.indexes.lifted)
            elif parts[1:2] == ["files"] and len(parts) == 5 and parts[4].endswith(".whl.metadata"):
                try:
                    return 200, "text/plain", self.indexes.shown_metadata(parts[2], parts[3])
                except LookupError:
                    pass
        return 404, "text/plain", b""


def page_for(name: str, offered: Offered, lifted: Container[tuple[str, str]] = ()) -> bytes:
    """Return the page of a name as uv is to see it."""
    own = name.replace("-", "_")
    files = []
    for version, file in offered.choice.items():
        filename = f"{own}-{version.replace('-', '_')}-py3-none-any.whl"
        url = f"../../files/{name}/{quote(version)}/{quote(filename)}"
        yanked = "false" if file.yanked is None or (name, version) in lifted else json.dumps(file.yanked or True)
        files.append(f'{{"filename":"{filename}","url":"{url}","hashes":{{}},"yanked":{yanked},"core-metadata":true}}')
    return f'{{"meta":{{"api-version":"1.1"}},"name":"{name}","files":[{",".join(files)}]}}'.encode()
