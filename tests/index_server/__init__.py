"""A package index on a loopback address that holds what a test puts in it and misbehaves where a test asks for it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import ssl
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from tests.loopback import Loopback, Quiet


class Fault(NamedTuple):
    """What is answered instead of the page of a package, or of a file."""

    status: int = 200
    content_type: str = "application/vnd.pypi.simple.v1+json"
    body: bytes = b""
    delay: float = 0.0  # seconds


class Index(Loopback):
    """The index. Use it as a context manager; `url` is its address, `requests` what it was asked for.

    With `json=False` pages are HTML, which tell neither sizes nor more than one hash. With `ranges=False` files are
    given whole only. With `tags` each file and each page has an ETag, and who has a page already is told so. With
    `credentials` everything needs that name and password.
    """

    def __init__(
        self,
        *,
        json: bool = True,
        ranges: bool = True,
        credentials: tuple[str, str] | None = None,
        certificate: Path | None = None,
        address: str = "127.0.0.1",
        tags: bool = False,
    ) -> None:
        self.json = json
        self.ranges = ranges
        self.credentials = credentials
        self.tags = tags
        self.pages: dict[str, list[dict[str, Any]]] = {}
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, Fault] = {}  # by name of package or file
        self.moved: dict[str, str] = {}  # by name of package or file: where it is instead
        self.cut_off: set[str] = set()  # files of which only half comes
        self.hangs_up = False  # after each answer, without a word
        self.requests: list[str] = []
        self.unchanged: list[str] = []  # pages of which it was said that they are as before
        index = self

        class Handler(Quiet):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                index.answer(self, body=True)
                self.close_connection = self.close_connection or index.hangs_up

            def do_HEAD(self) -> None:
                index.answer(self, body=False)

        tls = None
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
        super().__init__(Handler, address, tls)

    @property
    def url(self) -> str:
        return f"{self.origin}/simple/"

    @property
    def links_url(self) -> str:
        """The address of the page that links all files."""
        return f"{self.origin}/links.html"

    def add(
        self,
        name: str,
        version: str,
        *requires: str,
        tag: str = "py3-none-any",
        requires_python: str | None = None,
        on_page: bool = True,
        metadata_beside: bool = True,
        yanked: str | bool = False,
        hashes: dict[str, str] | None = None,
    ) -> str:
        """Put a wheel in and return its sha256. With `on_page=False` only its metadata states Requires-Python."""
        filename = f"{name.replace('-', '_')}-{version}-{tag}.whl"
        metadata = metadata_of(name, version, requires, requires_python)
        wheel = wheel_of(name, version, tag, metadata)
        digest = hashlib.sha256(wheel).hexdigest()
        row: dict[str, Any] = {
            "filename": filename,
            "url": f"../../files/{filename}",
            "hashes": {"sha256": digest} if hashes is None else hashes,
            "size": len(wheel),
            "yanked": yanked,
        }
        if requires_python and on_page:
            row["requires-python"] = requires_python
        if metadata_beside:
            row["core-metadata"] = {"sha256": hashlib.sha256(metadata.encode()).hexdigest()}
            self.files[f"{filename}.metadata"] = metadata.encode()
        self.files[filename] = wheel
        self.pages.setdefault(name, []).append(row)
        return f"sha256:{digest}"

    def add_archive(self, name: str, version: str, content: bytes = b"not opened", **more: Any) -> str:
        """Put a source archive in and return its sha256. `more` goes to its row of the page."""
        filename = f"{name}-{version}.tar.gz"
        self.files[filename] = content
        digest = hashlib.sha256(content).hexdigest()
        row = {"filename": filename, "url": f"../../files/{filename}", "hashes": {"sha256": digest}, **more}
        self.pages.setdefault(name, []).append(row)
        return digest

    def answer(self, handler: BaseHTTPRequestHandler, *, body: bool) -> None:
        """Answer one request."""
        parts = [unquote(part) for part in handler.path.partition("?")[0].strip("/").split("/")]
        self.requests.append("/".join(parts))
        if not self.allowed(handler):
            reply(handler, 401, "text/plain", b"", {"WWW-Authenticate": 'Basic realm="index"'})
        elif parts[-1] in self.moved:
            reply(handler, 302, "text/plain", b"", {"Location": self.moved[parts[-1]]})
        elif parts[-1] in self.faults:
            fault = self.faults[parts[-1]]
            time.sleep(fault.delay)
            reply(handler, fault.status, fault.content_type, fault.body)
        elif parts[0] == "simple" and parts[-1] in self.pages:
            self.give_page(handler, *self.page(parts[-1]))
        elif parts == ["links.html"] and self.pages:
            reply(handler, 200, *self.links())
        elif parts[0] == "files" and parts[-1] in self.files:
            self.give(handler, self.files[parts[-1]], body=body, cut_off=parts[-1] in self.cut_off)
        else:
            reply(handler, 404, "text/plain", b"")

    def allowed(self, handler: BaseHTTPRequestHandler) -> bool:
        """Tell whether a request brings the right name and password."""
        if self.credentials is None:
            return True
        expected = base64.b64encode(":".join(self.credentials).encode()).decode()
        return handler.headers.get("Authorization") == f"Basic {expected}"

    def links(self) -> tuple[str, bytes]:
        """Return content type and content of the one page that links all files."""
        rows = [row for name in sorted(self.pages) for row in self.pages[name]]
        ends = ["".join(f"#{kind}={digest}" for kind, digest in row["hashes"].items()) for row in rows]
        names = [row["filename"] for row in rows]
        anchors = [f'<a href="files/{quote(name)}{end}">{name}</a><br>' for name, end in zip(names, ends, strict=True)]
        return "text/html", f"<!DOCTYPE html><html><body>{''.join(anchors)}</body></html>".encode()

    def page(self, name: str) -> tuple[str, bytes]:
        """Return content type and content of the page of a package."""
        if self.json:
            page = {"meta": {"api-version": "1.1"}, "name": name, "files": self.pages[name]}
            return "application/vnd.pypi.simple.v1+json", json.dumps(page).encode()
        links = [
            f'<a href="{row["url"]}{"".join(f"#{kind}={digest}" for kind, digest in row["hashes"].items())}">'
            f"{row['filename']}</a>"
            for row in self.pages[name]
        ]
        return "text/html", f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()

    def give_page(self, handler: BaseHTTPRequestHandler, kind: str, content: bytes) -> None:
        """Give a page, or say that the client has it."""
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if self.tags and handler.headers.get("If-None-Match") == tag:
            self.unchanged.append(handler.path)
            reply(handler, 304, kind, b"", {"ETag": tag})
        else:
            reply(handler, 200, kind, content, {"ETag": tag} if self.tags else None)

    def give(self, handler: BaseHTTPRequestHandler, content: bytes, *, body: bool, cut_off: bool = False) -> None:
        """Give a file, or the range of it that is asked for."""
        asked = handler.headers.get("Range")
        headers = {"Accept-Ranges": "bytes"} if self.ranges else {}
        headers |= {"ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"'} if self.tags else {}
        if asked and self.ranges:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            content = content[int(first) : int(last) + 1]
        status = 206 if asked and self.ranges else 200
        if cut_off:
            headers |= {"Content-Length": str(len(content)), "Connection": "close"}
            content = content[: len(content) // 2]
            handler.close_connection = True
        reply(handler, status, "application/octet-stream", content, headers, body=body)


def reply(
    handler: BaseHTTPRequestHandler,
    status: int,
    content_type: str,
    content: bytes,
    headers: dict[str, str] | None = None,
    *,
    body: bool = True,
) -> None:
    """Write one reply; a client that left in the meantime is nobody's fault."""
    try:
        handler.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": len(content), **(headers or {})}.items():
            handler.send_header(name, str(value))
        handler.end_headers()
        if body and handler.command != "HEAD":
            handler.wfile.write(content)
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True


def metadata_of(name: str, version: str, requires: tuple[str, ...], requires_python: str | None) -> str:
    """Return the METADATA of a wheel."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Provides-Extra: {extra}" for extra in sorted(set(re.findall(r'extra == "(\w+)"', " ".join(requires))))]
    return "\n".join([*lines, *(f"Requires-Dist: {requirement}" for requirement in requires)]) + "\n"


def wheel_of(name: str, version: str, tag: str, metadata: str) -> bytes:
    """Return the bytes of a wheel with one module."""
    stem = f"{name.replace('-', '_')}-{version}.dist-info"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as wheel:
        wheel.writestr(zipfile.ZipInfo(f"{name.replace('-', '_')}.py"), f"version = {version!r}\n")
        wheel.writestr(zipfile.ZipInfo(f"{stem}/METADATA"), metadata)
        tags = f"Tag: {tag}\n"
        wheel.writestr(zipfile.ZipInfo(f"{stem}/WHEEL"), f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n{tags}")
        wheel.writestr(zipfile.ZipInfo(f"{stem}/RECORD"), "")
    return content.getvalue()


@contextmanager
def silent_port() -> Iterator[int]:
    """Yield a port of the loopback address on which nobody listens."""
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))  # bound, not listening: a connection is refused, and no one else gets the port
        yield one.getsockname()[1]
