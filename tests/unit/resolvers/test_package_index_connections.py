"""The short way to an index reads what the long one would."""

from __future__ import annotations

import gzip
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
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
    ids=["packed", "in parts", "empty", "cut off", "with more", "not packed"],  # packed bytes hold the time
)
def test_a_packed_answer_is_read_whole_or_left_to_the_long_way(content: bytes, read: bytes | None) -> None:
    connections = Connections(ssl.create_default_context, 5)
    with giving(content) as address:
        reply = connections.ask(urlsplit(address), {"Accept-Encoding": "gzip"}, "GET")
    connections.close()
    assert (reply and reply.content) == read


def test_a_name_is_looked_up_once_however_many_connections_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name servers lose questions that come by the dozen, and a lost one is asked again after five seconds."""
    looked_up = []

    def look_up(host: str, *positional: Any, **named: Any) -> list[Any]:
        looked_up.append(host)
        return list(find(host, *positional, **named))

    find = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    connections = Connections(ssl.create_default_context, 5)
    with giving(gzip.compress(b"page")) as address, ThreadPoolExecutor(8) as threads:
        url = urlsplit(address.replace("127.0.0.1", "localhost"))
        replies = list(threads.map(lambda _: connections.ask(url, {}, "GET"), range(24)))
    connections.close()
    assert [reply and reply.content for reply in replies] == [b"page"] * 24
    assert looked_up == ["localhost"]


def test_the_next_address_of_a_name_is_tried_where_the_first_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with giving(gzip.compress(b"page")) as address:
        port = urlsplit(address).port
        places = [("127.0.0.2", port), ("127.0.0.1", port)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place) for place in places]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        connections = Connections(ssl.create_default_context, 5)
        reply = connections.ask(urlsplit(address.replace("127.0.0.1", "index.test")), {}, "GET")
        connections.close()
    assert reply is not None
    assert reply.content == b"page"
