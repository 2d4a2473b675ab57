"""The HTTP session that indexes are asked over: pip's settings of this machine, and pip's words for what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from urllib.parse import unquote, urlsplit, urlunsplit

from envc.resolvers.pip_tools.settings import Settings

if TYPE_CHECKING:
    import ssl

    import requests

#: As pip: seconds to wait for an answer, how often to try again, and on which answers.
TIMEOUT = 15.0
RETRIES = 5
PASSING = (500, 502, 503, 520, 524)

#: How many connections one index is asked over at once; uv alone takes as many.
CONNECTIONS = 50

#: Bytes of a large file that are taken at once.
PIECE = 1024 * 1024


class IndexFailureError(Exception):
    """An index did not answer as one does. `facts` are what `pip_tools.failure` reads."""

    def __init__(self, kind: str, address: str, detail: str = "", status: int | None = None) -> None:
        super().__init__(kind)
        self.facts: dict[str, Any] = {"kind": kind, "address": bare(address), "detail": detail, "status": status}
        self.facts["package"] = None  # whoever looked for one says so


class Reply(NamedTuple):
    """What an index answered."""

    status: int
    url: str  # of the last redirect; may hold credentials
    headers: Mapping[str, str]
    content: bytes


class Session:
    """Asks indexes. Credentials in the addresses of indexes are taken for every address of the same host."""

    def __init__(self, settings: Settings, addresses: tuple[str, ...], environ: Mapping[str, str]) -> None:
        self.settings = settings
        self.environ = environ
        self.logins = tuple(dict.fromkeys(one for one in addresses if "@" in urlsplit(one).netloc))
        self.timeout = float(settings.timeout or TIMEOUT)
        self.ways: dict[tuple[str, str | None], Way] = {}
        self.lock = Lock()

    @cached_property
    def session(self) -> requests.Session:
        """The session, opened when first needed. `way` looks up what the environment says, once for each host."""
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
        trusted = trust(settings.cert, self.environ)

        class Trusting(HTTPAdapter):
            """Knows its certificates; requests would read the file of them for each connection anew."""

            def init_poolmanager(self, *positional: Any, **named: Any) -> None:
                super().init_poolmanager(*positional, **named, ssl_context=trusted)

            def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
                return super().proxy_manager_for(proxy, **named, ssl_context=trusted)

            def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
                super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]  # requests has no types
                conn.ca_certs = conn.ca_cert_dir = None

        class Credulous(HTTPAdapter):
            def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002 (its form)
                super().cert_verify(conn, url, False, cert)  # type: ignore[no-untyped-call]

        session = requests.Session()
        session.trust_env = False
        pool: dict[str, Any] = {
            "max_retries": again,
            "pool_connections": CONNECTIONS,
            "pool_maxsize": CONNECTIONS,
            "pool_block": True,
        }
        session.mount("https://", Trusting(**pool))
        session.mount("http://", HTTPAdapter(**pool))
        for host in settings.trusted_hosts:
            session.mount(f"https://{host}/", Credulous(**pool))
            if ":" not in host:
                session.mount(f"https://{host}:", Credulous(**pool))
        session.headers["User-Agent"] = f"envc/{envc.__version__}"
        if settings.client_cert:
            session.cert = settings.client_cert
        return session

    def way(self, address: str) -> Way:
        """Return proxies and credentials for the host of an address."""
        from requests.utils import get_environ_proxies, get_netrc_auth

        login = login_for(address, self.logins)
        key = self.key_of(address)
        if key not in self.ways:
            own = self.settings.proxy
            proxies = {"http": own, "https": own} if own else get_environ_proxies(bare(address))
            self.ways[key] = Way(proxies, credentials_of(login) if login else get_netrc_auth(bare(address)))
        return self.ways[key]

    def key_of(self, address: str) -> tuple[str, str | None]:
        """Return what decides how an address is asked: its server, and whose login counts there."""
        parts = urlsplit(bare(address))
        return f"{parts.scheme}://{parts.netloc}", login_for(address, self.logins)

    def ask(
        self,
        address: str,
        headers: Mapping[str, str],
        method: str = "GET",
        sink: Callable[[bytes], object] | None = None,
    ) -> Reply:
        """Return what an address answers, whatever its status. Raises `IndexFailureError` when there is no answer.

        A `sink` is given the content of what is there piece by piece; then the reply has none.
        """
        import requests
        from urllib3.exceptions import HTTPError

        try:
            with self.lock:
                session, way = self.session, self.way(address)
            response = session.request(
                method,
                bare(address),
                headers=dict(headers),
                auth=way.credentials,
                proxies=dict(way.proxies),
                timeout=self.timeout,
                allow_redirects=True,
                stream=True,
            )
            poured = sink if response.status_code < 400 else None
            content = response.raw.read(decode_content=True) if poured is None else b""
            if poured is not None:
                for piece in response.raw.stream(PIECE, decode_content=True):
                    poured(piece)
            reply = Reply(response.status_code, response.url, response.headers, content)
        except (requests.RequestException, HTTPError) as error:
            raise_for(error, address)
        except OSError as error:
            raise IndexFailureError("certificate", address, error.strerror or "") from error
        if reply.status == 401 and self.settings.keyring_provider and way.credentials and not way.credentials[1]:
            host, name = urlsplit(address).netloc.rpartition("@")[2], way.credentials[0]
            if password := self.keyring_password(host, name):
                self.ways[self.key_of(address)] = way._replace(credentials=(name, password))
                return self.ask(address, headers, method, sink)
        return reply

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
        if "session" in self.__dict__:
            self.session.close()


class Way(NamedTuple):
    """How a host is asked."""

    proxies: Mapping[str, str]
    credentials: tuple[str, str] | None


def trust(bundle: str | None, environ: Mapping[str, str]) -> ssl.SSLContext:
    """Return what is trusted: the bundle of certificates that is set, else the machine's own and those of requests.

    Raises `OSError` for a bundle that cannot be read.
    """
    import ssl

    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    bundle = environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or bundle
    if bundle:
        is_folder = Path(bundle).is_dir()
        return ssl.create_default_context(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


def login_for(address: str, logins: tuple[str, ...]) -> str | None:
    """Return the address with a login that counts for an address: on its server, the one that shares most folders."""

    def shared(other: str) -> int:
        folders = zip(urlsplit(address).path.split("/"), urlsplit(other).path.split("/"), strict=False)
        return len(list(takewhile(lambda pair: pair[0] == pair[1], folders)))

    server = urlsplit(bare(address)).netloc
    return max((one for one in logins if urlsplit(bare(one)).netloc == server), key=shared, default=None)


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


def raise_for(error: Exception, address: str) -> NoReturn:
    """Raise what an exception of requests or urllib3 says about an index, but not its address."""
    import requests
    import urllib3

    cut_off = (
        urllib3.exceptions.IncompleteRead,
        urllib3.exceptions.DecodeError,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    )
    reason = getattr(error.args[0], "reason", None) if error.args else None
    detail = re.sub(r"^.*?\): |^<[^>]*>: ", "", str(reason or error))
    inner = (error, reason)
    if any(isinstance(one, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) for one in inner):
        kind = "certificate"
    elif any(isinstance(one, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) for one in inner):
        kind = "proxy"
    elif any(isinstance(one, urllib3.exceptions.NameResolutionError) for one in inner):
        kind = "unknown-host"
    elif isinstance(error, requests.exceptions.TooManyRedirects):
        kind = "redirects"
    elif any(isinstance(one, cut_off) for one in inner):
        kind = "cut-off"
    elif any(isinstance(one, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)) for one in inner):
        # a connection that is refused or has no host is a kind of time-out to urllib3
        refused = isinstance(reason, urllib3.exceptions.NewConnectionError)
        kind = "connection" if refused else "timeout"
    else:
        kind = "connection"
    raise IndexFailureError(kind, address, detail) from error
