"""Whether somebody listens is known in bounded time, whatever the network does."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any

import pytest

from envc.resolvers.registry.reach import knock


def test_a_listener_is_reached_by_name() -> None:
    """`localhost` may have two addresses of which one refuses: the other counts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert knock("localhost", listener.getsockname()[1], 2.0) is None


def test_a_closed_port_refuses() -> None:
    """The reason is said at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    start = time.monotonic()
    assert knock("127.0.0.1", port, 5.0) == "it refuses connections"
    assert time.monotonic() - start < 2


def test_a_listener_that_takes_nobody_in_is_waited_for_as_long_as_said() -> None:
    """A queue that is full behaves like a firewall that drops every packet."""
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            one = opened.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        start = time.monotonic()
        assert knock("127.0.0.1", listener.getsockname()[1], 0.5) == "it did not answer in time"
        assert 0.4 < time.monotonic() - start < 2


def test_a_name_server_that_is_silent_is_waited_for_as_long_as_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """`getaddrinfo` has no time-out of its own. The silence is put in by hand."""

    def silence(*_: Any, **__: Any) -> list[Any]:
        time.sleep(2)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silence)
    start = time.monotonic()
    assert knock("registry.invalid", 443, 0.3) == "its name did not resolve in time"
    assert time.monotonic() - start < 1.5
