"""Connections that stay open, over which most of what indexes are asked goes: one plain try, in little time.

Whatever is out of the ordinary (a redirect, a failure, a connection that broke) is left to urllib3 and requests, which
try again, follow, and know the names of what goes wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from threading import BoundedSemaphore, Condition, Lock
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import SplitResult

if TYPE_CHECKING:
    import socket
    import ssl
    from http.client import HTTPConnection, HTTPResponse

#: How many connections one server is asked over at once, at most.
CONNECTIONS = 24

#: Seconds to wait for a connection that is in use before another is made, which costs a handshake and a look at the
#: name server: a server that is near needs few.
PATIENCE = 0.008

#: Answers that are taken as they are.
FINAL = (200, 206, 304, 401, 403, 404)

#: Redirects.
ELSEWHERE = (301, 302, 303, 307, 308)

#: The window of zlib that reads gzip.
GZIP = 31


class Reply(NamedTuple):
    """What an index answered."""

    status: int
    url: str  # of the last redirect; may hold credentials
    headers: Mapping[str, str]
    content: bytes


class Server:
    """The connections to one server."""

    def __init__(self) -> None:
        self.turns = BoundedSemaphore(CONNECTIONS)
        self.changed = Condition()
        self.idle: list[HTTPConnection] = []
        self.used = 0  # connections in use
        self.sends_elsewhere = False
        self.looking_up = Lock()
        self.addresses: list[Any] = []  # where the name leads, as `getaddrinfo` says it

    def connect(self, host: str, port: int, timeout: float) -> socket.socket:
        """Return an open socket. The name is looked up once: name servers lose questions that come by the dozen.

        A lost one is asked again after five seconds (`resolv.conf(5)`), for which every thread would wait.
        Raises `OSError`.
        """
        import socket

        with self.looking_up:
            self.addresses = self.addresses or socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        failure = OSError(f"{host} has no address")
        for family, kind, protocol, _, address in self.addresses:
            try:
                opened = socket.socket(family, kind, protocol)
            except OSError as error:  # a family that this machine does not speak
                failure = error
                continue
            try:
                opened.settimeout(timeout)
                opened.connect(address)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except BaseException as error:
                opened.close()
                if not isinstance(error, OSError):
                    raise
                failure = error
            else:
                return opened
        raise failure

    def take(self) -> HTTPConnection | None:
        """Return a connection that is open, or None when one is to be made."""
        with self.changed:
            if self.used and not self.idle:
                self.changed.wait(PATIENCE)
            self.used += 1
            return self.idle.pop() if self.idle else None

    def leave(self, connection: HTTPConnection | None = None) -> None:
        """Give a connection back, or say that it is gone."""
        with self.changed:
            self.used -= 1
            if connection is not None:
                self.idle.append(connection)
            self.changed.notify()


class Connections:
    """Asks servers. Threads may use it at once. `trusted` says whose certificates count, when that is needed."""

    def __init__(self, trusted: Callable[[], ssl.SSLContext], timeout: float) -> None:
        self.trusted = trusted
        self.timeout = timeout
        self.servers: dict[tuple[str, str], Server] = defaultdict(Server)
        self.lock = Lock()
        self.trusting = Lock()
        self.is_closed = False

    def ask(self, url: SplitResult, headers: Mapping[str, str], method: str) -> Reply | None:
        """Return what an address answers, or None when that is out of the ordinary."""
        import zlib
        from http.client import HTTPException

        with self.lock:
            server = self.servers[url.scheme, url.netloc]
        if server.sends_elsewhere:
            return None
        with server.turns:
            connection = server.take()
            try:
                connection = connection or self.open(url, server)
                path = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
                connection.request(method, path, headers=dict(headers))
                response = connection.getresponse()
                headers_read = cast("Mapping[str, str]", response.headers)  # names in any case, as in requests
                reply = Reply(response.status, url.geturl(), headers_read, content_of(response))
            except BaseException as error:
                server.leave()
                if connection is not None:
                    connection.close()
                if isinstance(error, (OSError, HTTPException, ValueError, zlib.error)):
                    return None
                raise
            self.keep(server, connection)
        if reply.status in ELSEWHERE:
            server.sends_elsewhere = True
        return reply if reply.status in FINAL else None

    def open(self, url: SplitResult, server: Server) -> HTTPConnection:
        """Return a new connection to a server. Raises `OSError` and `ValueError`."""
        from http.client import HTTPConnection, HTTPSConnection

        host = url.hostname or ""
        if url.scheme == "https":
            with self.trusting:  # it is read once
                context = self.trusted()
            connection: HTTPConnection = HTTPSConnection(host, url.port, timeout=self.timeout, context=context)
            opened = server.connect(host, connection.port, self.timeout)
            try:
                connection.sock = context.wrap_socket(opened, server_hostname=host)
            except BaseException:
                opened.close()
                raise
            return connection
        connection = HTTPConnection(host, url.port, timeout=self.timeout)
        connection.sock = server.connect(host, connection.port, self.timeout)
        return connection

    def keep(self, server: Server, connection: HTTPConnection) -> None:
        """Keep a connection for the next question, unless the server has ended it."""
        with self.lock:
            if not self.is_closed:
                server.leave(connection if connection.sock else None)
                return
        connection.close()

    def close(self) -> None:
        """Close all connections, those in use when they have been used."""
        with self.lock:
            self.is_closed = True
            idle = [connection for server in self.servers.values() for connection in server.idle]
            self.servers.clear()
        for connection in idle:
            connection.close()


def content_of(response: HTTPResponse) -> bytes:
    """Return the content of a response. Raises `ValueError` for an encoding that was not asked for."""
    with response:  # one that breaks off holds its socket
        content = response.read()
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding == "gzip":
        return b"".join(unpacked(content))
    if encoding != "identity":
        raise ValueError(encoding)
    return content


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what each part of packed bytes holds: some servers pack piece by piece. Raises `zlib.error`."""
    import zlib

    while content:
        reader = zlib.decompressobj(GZIP)
        yield reader.decompress(content)
        if not reader.eof:
            raise zlib.error
        content = reader.unused_data
