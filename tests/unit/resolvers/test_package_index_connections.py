"""The short way to an index reads what the long one would."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest

from envc.resolvers.package_indexes.connections import Connections
from tests.loopback import Loopback


@contextmanager
def giving(content: bytes) -> Iterator[str]:
    """Yield the address of a server that gives some bytes as packed ones."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with Loopback(Handler) as server:
        yield f"http://{server.host}/"


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (gzip.compress(b"page"), b"page"),
        (gzip.compress(b"pa") + gzip.compress(b"ge"), b"page"),  # as servers write that pack piece by piece
        (b"", b""),
        (gzip.compress(b"page")[:-4], None),
        (gzip.compress(b"page") + b"more", None),
        (b"page", None),
    ],
)
def test_a_packed_answer_is_read_whole_or_left_to_the_long_way(content: bytes, read: bytes | None) -> None:
    connections = Connections(ssl.create_default_context, 5)
    with giving(content) as address:
        reply = connections.ask(urlsplit(address), {"Accept-Encoding": "gzip"}, "GET")
    connections.close()
    assert (reply and reply.content) == read
