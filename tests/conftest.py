"""What every test gets: the golden flag, Hypothesis profiles, and for the fast suite a machine without network or user.

A test that carries neither the mark `engine` nor `index` belongs to the fast suite. It may reach loopback addresses
only, and it sees an empty home folder, so that it passes or fails alike on every machine.
"""

from __future__ import annotations

import ipaddress
import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("fast", max_examples=30, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=150, deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "fast")

#: Marks of the tests that may reach the world.
WORLDLY = ("engine", "index")

#: Names of RFC 6761 that never resolve: answered here, as every resolver must answer.
NEVER_RESOLVES = (".invalid", ".test", ".example")

#: Settings of pip, Docker and envc that a machine may have; the fast suite must not depend on them.
SETTINGS_OF_THE_MACHINE = ("PIP_", "UV_", "DOCKER_", "BUILDX_", "BUILDKIT_", "ENVC_")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden",
        action="store_true",
        dest="rewrite_golden",
        help="write the outputs of examples and cases anew instead of comparing; review the difference afterwards",
    )


def is_loopback(host: object) -> bool:
    """Tell whether a host, as a socket call is given it, stays on this machine without asking a name server."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def forbid(host: object) -> None:
    pytest.fail(f"a test of the fast suite reached for {host!r}: use loopback, or mark it `index` or `engine`")


@pytest.fixture(scope="session")
def empty_homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield new folders below one temporary folder: cheaper than `tmp_path`, which lists its parent each time."""
    base = tmp_path_factory.mktemp("homes")
    return (base / str(number) for number in itertools.count())


def may_reach_the_world(request: pytest.FixtureRequest) -> bool:
    return any(request.node.get_closest_marker(mark) for mark in WORLDLY)


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, empty_homes: Iterator[Path]
) -> None:
    """Give a test of the fast suite an empty home folder, and no setting of pip, uv or Docker."""
    if may_reach_the_world(request):
        return
    home = next(empty_homes)
    home.mkdir()
    for name in list(os.environ):
        if name.startswith(SETTINGS_OF_THE_MACHINE):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("DOCKER_CONFIG", str(home / "docker"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{home}/no-engine.sock")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)  # pip's own way to read no configuration file at all


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test of the fast suite that opens a connection to, or asks for the address of, another machine."""
    if may_reach_the_world(request):
        return
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(one: socket.socket, address: Any) -> None:
        if one.family in {socket.AF_INET, socket.AF_INET6} and not is_loopback(address[0]):
            forbid(address[0])

    def guarded_connect(one: socket.socket, address: Any) -> None:
        check(one, address)
        connect(one, address)

    def guarded_connect_ex(one: socket.socket, address: Any) -> int:
        check(one, address)
        return connect_ex(one, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **keywords: Any) -> Any:
        if not is_loopback(host):
            if str(host).endswith(NEVER_RESOLVES):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            forbid(host)
        return getaddrinfo(host, *arguments, **keywords)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
