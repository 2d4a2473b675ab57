"""Servers that are worse than a faulty index: they send in circles, break off, or give an answer in drops."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

#: What one connection is given, byte for byte; after it the connection is closed.
Answer = Callable[[str], bytes]


def around(path: str) -> bytes:
    """Send from every address to the next, without end."""
    return f"HTTP/1.1 302 Found\r\nLocation: {path}x/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


def half(_: str) -> bytes:
    """Promise more bytes than come."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.pypi.simple.v1+json\r\nContent-Length: 5000\r\n\r\n"
    return head.encode() + b'{"files": ['


def half_chunk(_: str) -> bytes:
    """Break off in the middle of a chunk."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.pypi.simple.v1+json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head.encode() + b'100\r\n{"files": ['


def nothing(_: str) -> bytes:
    """Close the connection without a word."""
    return b""


def no_http(_: str) -> bytes:
    """Speak another protocol."""
    return b"SSH-2.0-OpenSSH_9.2\r\n"


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Yield the host and port of a server that gives every connection one answer, made from the path asked for."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        connection.settimeout(5)
                        asked = connection.recv(65536).decode("latin-1").split(" ")
                        connection.sendall(answer(asked[1] if len(asked) > 1 else "/"))
                        connection.shutdown(socket.SHUT_WR)
                        while connection.recv(65536):
                            pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join(6)
