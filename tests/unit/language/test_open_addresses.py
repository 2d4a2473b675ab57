"""Addresses with passwords, and what only looks like one."""

from __future__ import annotations

import pytest

from envc.language.open_addresses import holds_password


@pytest.mark.parametrize(
    "text",
    [
        "https://ada:geheim@example.org/",
        "redis://:geheim@example.org",
        "python -m a --db postgresql+psycopg2://ada:ge$heim@db/a",
        "curl -fsS 'http://ada:geheim@127.0.0.1:8080/'",
        "x https://example.org https://ada:geheim@[::1]/a",
    ],
)
def test_a_password_in_an_address(text: str) -> None:
    assert holds_password(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a:b@c",
        "https://example.org:8080/@scope/package",
        "ssh://git@example.org:22/a",
        "https://$USER:$PASSWORD@example.org",
        "https://${USER}:${PASSWORD}@example.org",
        "https://%(user)s:%(password)s@example.org",
        "https://{{user}}:{{password}}@example.org",
        "https://a.example.org, me: you@example.org",
        "ada:geheim@example.org",
        "file:///a:b@c",
    ],
)
def test_no_password(text: str) -> None:
    assert not holds_password(text)
