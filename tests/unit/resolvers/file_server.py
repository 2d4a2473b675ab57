"""A server on loopback that gives files, and behaves as badly as a test wants, for `envc.resolvers.artifacts`."""

from __future__ import annotations

import socket
import ssl
import threading
from base64 import b64encode
from dataclasses import dataclass, field

from tests.loopback import Loopback, Quiet


@dataclass
class Given:
    """What lies at a path, and how it is given."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)  # one answer each: it ends after so many bytes
    busy: list[int] = field(default_factory=list)  # one answer each, before the right ones
    login: tuple[str, str] | None = None
    chunked: bool = False
    silent: bool = False  # the body never comes
    after_a_cut: Given | None = None  # what lies there once an answer was cut


class FileServer(Loopback):
    """Give files at paths. Use it in a `with` statement."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(type("Bound", (Handler,), {"owner": self}), tls=tls)
        self.files: dict[str, Given] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.release = threading.Event()

    @property
    def address(self) -> str:
        return self.origin

    def __exit__(self, *_: object) -> None:
        self.release.set()
        super().__exit__()


class Handler(Quiet):
    owner: FileServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.owner.seen.append((self.path, dict(self.headers.items())))
        given = self.owner.files.get(self.path)
        if given is None:
            self._answer(404, {}, b"")
        elif given.busy:
            self._answer(given.busy.pop(0), {"Retry-After": "0"}, b"")
        elif given.login and self.headers.get("Authorization") != _basic(*given.login):
            self._answer(403 if self.headers.get("Authorization") else 401, {}, b"")
        else:
            self._give(given)

    def _give(self, given: Given) -> None:
        body, status, headers = given.body, given.status, dict(given.headers)
        if given.etag:
            headers["ETag"] = given.etag
        wanted = self.headers.get("Range", "")
        if given.ranges and wanted and self.headers.get("If-Range") in {None, given.etag}:
            start = int(wanted.removeprefix("bytes=").partition("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            body, status = body[start:], 206
        if given.silent:
            self._head(status, {**headers, "Content-Length": str(len(body))})
            self.owner.release.wait(20)
            self.close_connection = True
        elif given.cuts:
            self._head(status, {**headers, "Content-Length": str(len(body))})
            self.wfile.write(body[: given.cuts.pop(0)])
            self.wfile.flush()
            self.owner.files[self.path] = given.after_a_cut or given
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif given.chunked:
            self._head(status, {**headers, "Transfer-Encoding": "chunked"})
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        else:
            self._answer(status, headers, body)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._head(status, {**headers, "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, ssl.SSLError):
            self.close_connection = True


def _basic(name: str, password: str) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()
