"""Whether somebody listens at an address, answered in bounded time.

A name server that is cut off makes `getaddrinfo` wait for half a minute, and a host with eight addresses behind a
silent firewall makes a client wait eight times. So the name is resolved in a thread that may be left behind, and all
addresses are tried at once (as RFC 8305 has it).
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

_Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]


def knock(host: str, port: int, seconds: float) -> str | None:
    """Return None when a TCP connection can be made within some seconds, else why not, in words without the address."""
    end = monotonic() + seconds
    found: SimpleQueue[Sequence[_Address]] = SimpleQueue()
    Thread(target=lambda: found.put(_resolve(host, port)), daemon=True).start()
    try:
        addresses = found.get(timeout=seconds)
    except Empty:
        return "its name did not resolve in time"
    return _connect(addresses, end) if addresses else "its name does not resolve"


def _resolve(host: str, port: int) -> Sequence[_Address]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()


def _connect(addresses: Sequence[_Address], end: float) -> str | None:
    refusal = "it cannot be reached"
    with selectors.DefaultSelector() as waiting:
        sockets: list[socket.socket] = []
        try:
            for family, kind, protocol, _, address in addresses:
                try:
                    one = socket.socket(family, kind, protocol)
                except OSError:
                    continue
                sockets.append(one)
                one.setblocking(False)
                one.connect_ex(address)
                waiting.register(one, selectors.EVENT_WRITE, one)
            while waiting.get_map():
                ready = waiting.select(max(0.0, end - monotonic()))
                if not ready:
                    return "it did not answer in time"
                for key, _ in ready:
                    one = key.data
                    error = one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if error == 0 and _is_connected(one):
                        return None
                    refusal = "it refuses connections" if _refuses(error) else refusal
                    waiting.unregister(one)
        finally:
            for one in sockets:
                one.close()
    return refusal


def _is_connected(one: socket.socket) -> bool:
    try:
        one.getpeername()
    except OSError:
        return False
    return True


def _refuses(error: int) -> bool:
    import errno

    return error == errno.ECONNREFUSED
