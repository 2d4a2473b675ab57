"""What a registry asks for when it answers 401, read from its `WWW-Authenticate` header (RFC 9110, 11.6.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 - RFC 9110's word for a word
_PART = re.compile(
    rf'(?P<key>{_TOKEN})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>{_TOKEN}))|(?P<scheme>{_TOKEN})'
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and a secret. The secret is not in its repr, so no log and no traceback shows it."""

    username: str
    secret: str = field(repr=False)
    refreshes: bool = False  # the secret is an OAuth refresh token (Docker's `identitytoken`), not a password
    opens: bool = False  # the secret is a bearer token itself (Docker's `registrytoken`)


class Challenge(NamedTuple):
    """One way in that a registry offers. Scheme and parameter names are in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def read_challenges(header: str) -> tuple[Challenge, ...]:
    """Return every challenge of a `WWW-Authenticate` header, in its order; what is not understood is left out."""
    found: list[tuple[str, dict[str, str]]] = []
    for part in _PART.finditer(header):
        if part["scheme"]:
            found.append((part["scheme"].lower(), {}))
        elif found:
            quoted = part["quoted"]
            value = part["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            found[-1][1][part["key"].lower()] = value
    return tuple(Challenge(scheme, parameters) for scheme, parameters in found)


def basic(credentials: Credentials) -> str:
    """Return the `Authorization` header of HTTP Basic."""
    from base64 import b64encode

    pair = f"{credentials.username}:{credentials.secret}".encode()
    return f"Basic {b64encode(pair).decode('ascii')}"
