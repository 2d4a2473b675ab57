"""The fast suite cannot reach the network or the user's own configuration: the guard of `conftest.py` holds."""

from __future__ import annotations

import os
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_connecting_to_another_machine_fails_the_test(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as one, pytest.raises(pytest.fail.Exception, match="reached for"):
        one.connect((address, 80))
    with socket.socket(family) as one, pytest.raises(pytest.fail.Exception, match="reached for"):
        one.connect_ex((address, 80))


def test_code_that_catches_every_exception_cannot_hide_a_connection() -> None:
    def hides_failures() -> str:
        try:
            urllib.request.urlopen("http://192.0.2.1/", timeout=1).close()
        except Exception as error:  # noqa: BLE001  # the very thing that this test is about
            return str(error)
        return "connected"

    with pytest.raises(pytest.fail.Exception, match=r"reached for '192\.0\.2\.1'"):
        hides_failures()


def test_asking_a_name_server_fails_the_test() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"reached for 'pypi\.org'"):
        socket.getaddrinfo("pypi.org", 443)


def test_a_reserved_name_does_not_resolve_as_on_every_machine() -> None:
    with pytest.raises(urllib.error.URLError, match="Name or service not known"):
        urllib.request.urlopen("http://registry.invalid/", timeout=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(host: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection((host, server.getsockname()[1]), timeout=5) as client,
    ):
        accepted, _ = server.accept()
        with accepted:
            client.sendall(b"hello")
            assert accepted.recv(5) == b"hello"


def test_the_home_folder_is_empty_and_new() -> None:
    assert list(Path.home().iterdir()) == []
    Path("~/.docker").expanduser().mkdir()  # the next test must not see it


def test_the_home_folder_of_the_test_before_is_gone() -> None:
    assert list(Path.home().iterdir()) == []


def test_settings_of_the_machine_are_not_seen() -> None:
    assert os.environ["PIP_CONFIG_FILE"] == os.devnull
    assert not [name for name in os.environ if name.startswith(("PIP_", "UV_")) and name != "PIP_CONFIG_FILE"]
    assert not Path(os.environ["DOCKER_CONFIG"]).exists()
