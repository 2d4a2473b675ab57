"""Addresses of places that packages come from, as words that name them read them."""

from __future__ import annotations

import re

from envc.language.values import has_host, refuse

_ADDRESS = re.compile(r"https?://(?P<authority>[^/?#\s\"'\\]+)(?P<path>(?:/[\w.~+%-]+)*/?)(?P<rest>[?#].*)?", re.ASCII)
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?")


def read_address(text: str, what: str, logins: str) -> str:
    """Read an address without credentials; `what` is at it, and `logins` says where logins come from."""
    match = _ADDRESS.fullmatch(text)
    if match and "@" in match["authority"]:
        refuse("secret-in-address", f"an address holds no credentials; {logins}")
    if not match or match["rest"] or not (_AUTHORITY.fullmatch(match["authority"]) and has_host(text)):
        refuse("unreadable-address", f"{what} is https:// or http://, a host and a path")
    return text
