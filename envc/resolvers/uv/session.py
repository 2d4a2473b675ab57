"""The HTTP session that indexes are asked over: pip's settings of this machine, and pip's words for what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote, urlsplit, urlunsplit

from envc.resolvers.pip_tools.settings import Settings

if TYPE_CHECKING:
    import requests

#: As pip: seconds to wait for an answer, how often to try again, and on which answers.
TIMEOUT = 15.0
RETRIES = 5
PASSING = (500, 502, 503, 520, 524)

#: How many connections one index is asked over at once.
CONNECTIONS = 16


class IndexFailureError(Exception):
    """An index did not answer as one does. `facts` are what `pip_tools.failure` reads."""

    def __init__(self, kind: str, address: str, detail: str = "", status: int | None = None) -> None:
        super().__init__(kind)
        self.facts = {"kind": kind, "address": bare(address), "detail": detail, "status": status}


class Session:
    """Asks indexes. Credentials in the addresses of indexes are taken for every address of the same host."""

    def __init__(self, settings: Settings, addresses: tuple[str, ...], environ: Mapping[str, str]) -> None:
        self.settings = settings
        self.environ = environ
        self.credentials = {
            urlsplit(address).netloc.rpartition("@")[2]: credentials_of(address)
            for address in addresses
            if "@" in urlsplit(address).netloc
        }
        self.timeout = float(settings.timeout or TIMEOUT)
        self.session = self.open()

    def open(self) -> requests.Session:
        """Return a session that trusts this machine's certificates beside those that requests brings."""
        import ssl

        import requests
        from requests.adapters import HTTPAdapter
        from urllib3 import Retry

        import envc

        settings = self.settings
        again = Retry(
            total=int(settings.retries) if settings.retries else RETRIES,
            status_forcelist=PASSING,
            backoff_factor=0.25,
            raise_on_status=False,
        )

        class MachineTrust(HTTPAdapter):
            def init_poolmanager(self, *positional: Any, **named: Any) -> None:
                super().init_poolmanager(*positional, **named, ssl_context=ssl.create_default_context())

            def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
                return super().proxy_manager_for(proxy, **named, ssl_context=ssl.create_default_context())

        class Credulous(HTTPAdapter):
            def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002 (its form)
                super().cert_verify(conn, url, verify=False, cert=cert)  # type: ignore[no-untyped-call]  # requests has no types here

        session = requests.Session()
        pool: dict[str, Any] = {
            "max_retries": again,
            "pool_connections": CONNECTIONS,
            "pool_maxsize": CONNECTIONS,
            "pool_block": True,
        }
        session.mount("https://", MachineTrust(**pool))
        session.mount("http://", HTTPAdapter(**pool))
        for host in settings.trusted_hosts:
            session.mount(f"https://{host}/", Credulous(**pool))
            if ":" not in host:
                session.mount(f"https://{host}:", Credulous(**pool))
        session.headers["User-Agent"] = f"envc/{envc.__version__}"
        if settings.cert:
            session.verify = settings.cert
        if settings.client_cert:
            session.cert = settings.client_cert
        if settings.proxy:
            session.proxies = {"http": settings.proxy, "https": settings.proxy}
        return session

    def ask(self, address: str, headers: Mapping[str, str], method: str = "GET") -> requests.Response:
        """Return what an address answers, whatever its status. Raises `IndexFailureError` when there is no answer."""
        import requests

        host = urlsplit(address).netloc.rpartition("@")[2]
        try:
            response = self.session.request(
                method,
                bare(address),
                headers=dict(headers),
                auth=self.credentials.get(host),
                timeout=self.timeout,
                allow_redirects=True,
            )
            if response.status_code == 401 and host in self.credentials and self.settings.keyring_provider:
                name, password = self.credentials[host]
                found = None if password else self.keyring_password(host, name)
                if found:
                    self.credentials[host] = (name, found)
                    return self.ask(address, headers, method)
        except requests.RequestException as error:
            raise_for(error, address)
        return response

    def keyring_password(self, host: str, name: str) -> str | None:
        """Ask the program `keyring` for the password of an account, as pip does."""
        import shutil
        import subprocess

        program = shutil.which("keyring", path=self.environ.get("PATH"))
        if program is None or not name:
            return None
        answer = subprocess.run(  # noqa: S603 (a program of this machine, asked for by pip's settings)
            [program, "get", host, name], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        return answer.stdout.rstrip("\r\n") or None if answer.returncode == 0 else None

    def close(self) -> None:
        """Close all connections."""
        self.session.close()


def credentials_of(address: str) -> tuple[str, str]:
    """Return name and password of an address."""
    parts = urlsplit(address)
    return unquote(parts.username or ""), unquote(parts.password or "")


def bare(address: str) -> str:
    """Return an address without credentials."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def is_secure(address: str, trusted_hosts: tuple[str, ...]) -> bool:
    """Tell whether pages may be read from an address: by https, from this machine, or from a host that is trusted."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https" or host in {"localhost", "::1"} or host.startswith("127."):
        return True
    return host in trusted_hosts or f"{host}:{parts.port}" in trusted_hosts


def raise_for(error: requests.RequestException, address: str) -> NoReturn:
    """Raise what an exception of requests says about an index. Its text may hold an address, so only its end counts."""
    import requests
    import urllib3

    reason = getattr(error.args[0], "reason", None) if error.args else None
    detail = re.sub(r"^.*?\): |^<[^>]*>: ", "", str(reason or error))
    inner = (error, reason)
    if any(isinstance(one, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) for one in inner):
        kind = "certificate"
    elif any(isinstance(one, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) for one in inner):
        kind = "proxy"
    elif any(isinstance(one, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)) for one in inner):
        # a connection that is refused or has no host is a kind of time-out to urllib3
        refused = isinstance(reason, urllib3.exceptions.NewConnectionError)
        kind = "connection" if refused else "timeout"
    else:
        kind = "connection"
    raise IndexFailureError(kind, address, detail) from error
