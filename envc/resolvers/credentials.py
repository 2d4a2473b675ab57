"""Names and passwords for package indexes, from where pip has them on this machine; used, and written nowhere.

pip's order: its own configuration (an address on the same server with a login in it), netrc, and the keyring, which is
asked only where pip's `keyring-provider` is `subprocess` or `import`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from envc.resolvers.settings import Settings

#: Seconds that the keyring may take: it may have to be unlocked.
_PATIENCE = 60


class Login(NamedTuple):
    """A name and a password."""

    name: str
    password: str

    def __repr__(self) -> str:
        """Keep the password out of tracebacks and logs."""
        return f"Login({self.name!r}, …)"


def with_login(address: str, settings: Settings, environ: Mapping[str, str]) -> str:
    """Return the address of an index as pip is to be asked for it here: with a login that pip would not find itself.

    pip knows the login of an address that stands in its configuration, and reads netrc. What has several paths on one
    server, and the keyring, are looked up here.
    """
    parts = urlsplit(address)
    if _login_in(parts.netloc):
        return address
    known = _read_netrc(environ)
    login = _configured(parts, settings)
    if login is None and (parts.hostname in known or "" in known):
        return address
    login = login or _asked_of_keyring(parts, settings, environ) or _name_alone(parts, settings)
    if login is None:
        return address
    userinfo = f"{quote(login.name, safe='')}:{quote(login.password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{userinfo}@{_server(parts)}"))


def with_logins(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Return settings whose indexes have the logins that pip would not find itself."""
    return settings._replace(
        main_index=settings.main_index and with_login(settings.main_index, settings, environ),
        extra_indexes=tuple(with_login(address, settings, environ) for address in settings.extra_indexes),
    )


def logins_of(addresses: Iterable[str], settings: Settings, environ: Mapping[str, str]) -> dict[str, Login]:
    """Return the login of each host of some indexes, as far as pip would find one. Asks the keyring if pip does."""
    netrc = _read_netrc(environ)
    logins: dict[str, Login] = {}
    for address in addresses:
        parts = urlsplit(address)
        if not parts.hostname or parts.hostname in logins:
            continue
        login = _login_in(parts.netloc) or _configured(parts, settings) or netrc.get(parts.hostname) or netrc.get("")
        login = login or _asked_of_keyring(parts, settings, environ) or _name_alone(parts, settings)
        if login:
            logins[parts.hostname] = login
    return logins


def _server(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _login_in(netloc: str) -> Login | None:
    """Return the login in the part of an address that names its server, or None when no password is there."""
    name, colon, password = netloc.rpartition("@")[0].partition(":")
    return Login(unquote(name), unquote(password)) if colon else None


def _configured(parts: SplitResult, settings: Settings) -> Login | None:
    return _login_in(f"{_configured_userinfo(parts, settings)}@")


def _name_alone(parts: SplitResult, settings: Settings) -> Login | None:
    """Return the name that pip's configuration has without a password: some indexes take a token in its place."""
    name = unquote(_configured_userinfo(parts, settings))
    return Login(name, "") if name else None


def _configured_userinfo(parts: SplitResult, settings: Settings) -> str:
    """Return `name:password` of the configured index on the same server whose path is nearest to this one's."""
    best = (-1, parts.netloc.rpartition("@")[0])
    for address in (settings.main_index or "", *settings.extra_indexes):
        other = urlsplit(address)
        userinfo = other.netloc.rpartition("@")[0]
        shared = _shared(parts.path, other.path)
        if userinfo and (other.scheme, _server(other)) == (parts.scheme, _server(parts)) and shared > best[0]:
            best = (shared, userinfo)
    return best[1]


def _shared(one: str, other: str) -> int:
    """Return how many folders two paths begin with in common."""
    pairs = zip(one.strip("/").split("/"), other.strip("/").split("/"), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _read_netrc(environ: Mapping[str, str]) -> dict[str, Login]:
    """Return the logins of the user's netrc by host; the one of `default` has the empty name."""
    from netrc import NetrcParseError, netrc

    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    named = [environ["NETRC"]] if environ.get("NETRC") else [f"{home}/.netrc", f"{home}/_netrc"] if home else []
    for path in map(Path, named):
        try:
            hosts: dict[str, tuple[str | None, str | None, str | None]] = dict(netrc(path).hosts)
        except FileNotFoundError:
            continue
        except (OSError, NetrcParseError, UnicodeDecodeError):  # pip goes on without it, too
            return {}
        return {
            "" if host == "default" else host: Login(name or account or "", password or "")
            for host, (name, account, password) in hosts.items()
        }
    return {}


def _asked_of_keyring(parts: SplitResult, settings: Settings, environ: Mapping[str, str]) -> Login | None:
    """Return what the keyring's own program says, where pip is set to ask it.

    Where pip's configuration has a name for the server, its password is asked for; else a name and a password.
    """
    import subprocess
    import sys
    from shutil import which

    found = which("keyring", path=environ.get("PATH"))
    commands = {"subprocess": [found] if found else [], "import": [sys.executable, "-m", "keyring"]}
    command = commands.get(settings.keyring_provider or "", [])
    name = unquote(_configured_userinfo(parts, settings).partition(":")[0])
    mode, names = ([], [name]) if name else (["--mode", "creds"], [])
    for service in (urlunsplit(parts._replace(netloc=_server(parts))), _server(parts)) if command else ():
        try:
            said = subprocess.run(  # noqa: S603  # an address and a name, and no shell reads them
                [*command, *mode, "get", service, *names],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        words = [*names, *said.stdout.splitlines()]
        if said.returncode == 0 and len(words) == 2 and all(words):
            return Login(*words)
    return None
