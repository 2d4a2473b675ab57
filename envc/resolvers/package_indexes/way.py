"""How a host is asked: by which proxy, with whose login, as the machine says. Of `session`."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from typing import NamedTuple


class Way(NamedTuple):
    """How a host is asked."""

    proxies: Mapping[str, str]
    credentials: tuple[str, str] | None
    is_direct: bool  # no proxy, no certificate of ours, no exception from trust

    @property
    def authorization(self) -> dict[str, str]:
        """The header that brings the credentials."""
        if self.basic is None:
            return {}
        return {"Authorization": f"Basic {b64encode(b':'.join(self.basic)).decode()}"}

    @property
    def basic(self) -> tuple[bytes, bytes] | None:
        """The credentials as they are sent: as pip does, and in UTF-8 where pip cannot."""
        if self.credentials is None:
            return None
        name, password = self.credentials
        try:
            return name.encode("latin-1"), password.encode("latin-1")
        except UnicodeEncodeError:
            return name.encode(), password.encode()


def proxies_of_machine(address: str) -> dict[str, str]:
    """Return the proxies of the machine's environment, unless an address is to be reached without."""
    from urllib.request import getproxies

    if not getproxies():
        return {}
    import requests

    return requests.utils.get_environ_proxies(address)


def is_proxied(address: str, proxies: Mapping[str, str]) -> bool:
    """Tell whether an address is reached by one of some proxies."""
    if not proxies:
        return False
    import requests

    return requests.utils.select_proxy(address, dict(proxies)) is not None


def login_in_netrc(address: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Return name and password in the machine's netrc for the host of an address."""
    places = (environ.get("NETRC"), "~/.netrc", "~/_netrc")
    if not any(os.path.exists(os.path.expanduser(place)) for place in places if place):  # noqa: PTH110, PTH111 (a home folder may not be known)
        return None
    import requests

    return requests.utils.get_netrc_auth(address)
