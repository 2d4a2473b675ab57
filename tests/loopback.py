"""HTTP servers of the test's own process, on loopback or where containers reach them."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self


class Loopback:
    """A server with a handler of `http.server`. It has its port from the start and answers in a `with` statement."""

    def __init__(
        self,
        handler: Callable[..., BaseHTTPRequestHandler],
        interface: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.interface = interface
        self.scheme = "https" if tls else "http"
        self._server = ThreadingHTTPServer((interface, 0), handler)
        self._server.daemon_threads = True  # an answer that a test holds back ends with the test
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def host(self) -> str:
        """The interface with the port."""
        return f"{self.interface}:{self.port}"

    @property
    def origin(self) -> str:
        """The address, without a slash at its end."""
        return f"{self.scheme}://{self.host}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer no longer; connections are refused. It may be said again."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Quiet(BaseHTTPRequestHandler):
    """A handler that says nothing of what it was asked."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name it has in the library
        """Say nothing."""


class OfFolder(Quiet, SimpleHTTPRequestHandler):
    """Serves a folder's files."""


@contextmanager
def serving(folder: Path, interface: str = "127.0.0.1") -> Iterator[str]:
    """Serve a folder and yield its address, without a slash at its end."""
    with Loopback(partial(OfFolder, directory=str(folder)), interface) as server:
        yield server.origin
