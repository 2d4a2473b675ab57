"""The HTTP session that indexes are asked over: pip's settings of this machine, and pip's words for what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import takewhile
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

import envc
from envc.language.hosts import is_loopback
from envc.resolvers.package_indexes.connections import CONNECTIONS, Connections, Reply
from envc.resolvers.package_indexes.trust import trust
from envc.resolvers.package_indexes.way import Way, is_proxied, login_in_netrc, proxies_of_machine
from envc.resolvers.settings import Settings

if TYPE_CHECKING:
    import ssl

    import requests
    from urllib3 import Retry

#: As pip: seconds to wait for an answer, how often to try again, and on which answers.
TIMEOUT = 15.0
RETRIES = 5
PASSING = (500, 502, 503, 520, 524)

AGENT = f"envc/{envc.__version__}"

#: What is asked for where nothing else is said.
PLAIN = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": AGENT}

#: Bytes of a large file that are taken at once.
PIECE = 1024 * 1024


class IndexFailureError(Exception):
    """An index did not answer as one does. `facts` are what `pip_tools.failure` reads."""

    def __init__(self, kind: str, address: str, detail: str = "", status: int | None = None) -> None:
        super().__init__(kind)
        self.facts: dict[str, Any] = {"kind": kind, "address": bare(address), "detail": detail, "status": status}
        self.facts["package"] = None  # whoever looked for one says so


class Session:
    """Asks indexes. Credentials in the addresses of indexes are taken for every address of the same host."""

    def __init__(self, settings: Settings, addresses: tuple[str, ...], environ: Mapping[str, str]) -> None:
        self.settings = settings
        self.environ = environ
        self.logins = tuple(dict.fromkeys(one for one in addresses if "@" in urlsplit(one).netloc))
        self.timeout = float(settings.timeout or TIMEOUT)
        self.ways: dict[tuple[str, str | None], Way] = {}
        self.lock = Lock()
        self.is_closed = False

    @cached_property
    def again(self) -> Retry:
        """How often an index is asked again."""
        from urllib3 import Retry

        return Retry(
            total=int(self.settings.retries) if self.settings.retries else RETRIES,
            status_forcelist=PASSING,
            backoff_factor=0.25,
            raise_on_status=False,
        )

    @cached_property
    def trusted(self) -> ssl.SSLContext:
        """Whose certificates count. Raises `OSError` for a bundle that cannot be read."""
        return trust(self.settings.cert, self.environ)

    @cached_property
    def connections(self) -> Connections:
        """The connections to indexes that are asked without detours."""
        return Connections(lambda: self.trusted, self.timeout)

    @cached_property
    def session(self) -> requests.Session:
        """The session, opened when first needed. `way` looks up what the environment says, once for each host."""
        import requests

        settings, trusted = self.settings, self.trusted

        class Trusting(requests.adapters.HTTPAdapter):
            """Knows its certificates; requests would read the file of them for each connection anew."""

            def init_poolmanager(self, *positional: Any, **named: Any) -> None:
                super().init_poolmanager(*positional, **named, ssl_context=trusted)

            def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
                return super().proxy_manager_for(proxy, **named, ssl_context=trusted)

            def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
                super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]  # requests has no types
                conn.ca_certs = conn.ca_cert_dir = None

        class Credulous(requests.adapters.HTTPAdapter):
            def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002 (its form)
                super().cert_verify(conn, url, False, cert)  # type: ignore[no-untyped-call]

        session = requests.Session()
        session.trust_env = False
        pool: dict[str, Any] = {
            "max_retries": self.again,
            "pool_connections": CONNECTIONS,
            "pool_maxsize": CONNECTIONS,
            "pool_block": True,
        }
        session.mount("https://", Trusting(**pool))
        session.mount("http://", requests.adapters.HTTPAdapter(**pool))
        for host in settings.trusted_hosts:
            session.mount(f"https://{host}/", Credulous(**pool))
            if ":" not in host:
                session.mount(f"https://{host}:", Credulous(**pool))
        session.headers["User-Agent"] = AGENT
        if settings.client_cert:
            session.cert = settings.client_cert
        return session

    def way(self, address: str) -> Way:
        """Return proxies and credentials for the host of an address."""
        key = self.key_of(address)
        if key not in self.ways:
            self.ways[key] = self.find_way(address)
        return self.ways[key]

    def find_way(self, address: str) -> Way:
        """Look up what the machine says of the host of an address."""
        own, login = self.settings.proxy, login_for(address, self.logins)
        proxies = {"http": own, "https": own} if own else proxies_of_machine(bare(address))
        credentials = credentials_of(login) if login else login_in_netrc(bare(address), self.environ)
        detour = self.settings.client_cert or self.settings.trusted_hosts or is_proxied(bare(address), proxies)
        return Way(proxies, credentials, is_direct=not detour)

    def key_of(self, address: str) -> tuple[str, str | None]:
        """Return what decides how an address is asked: its server, and whose login counts there."""
        parts = urlsplit(bare(address))
        return f"{parts.scheme}://{parts.netloc}", login_for(address, self.logins) if self.logins else None

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
        with self.lock:
            self.refuse_when_closed(address)
            way, connections = self.way(address), self.connections
        reply = None
        if way.is_direct and sink is None:
            url = urlsplit(bare(address))
            reply = connections.ask(url, {**PLAIN, **way.authorization, **headers}, method)
        reply = reply or self.ask_by_session(address, headers, method, way, sink)
        if reply.status == 401 and self.settings.keyring_provider and way.credentials and not way.credentials[1]:
            host, name = urlsplit(address).netloc.rpartition("@")[2], way.credentials[0]
            if password := self.keyring_password(host, name):
                self.ways[self.key_of(address)] = way._replace(credentials=(name, password))
                return self.ask(address, headers, method, sink)
        return reply

    def ask_by_session(
        self,
        address: str,
        headers: Mapping[str, str],
        method: str,
        way: Way,
        sink: Callable[[bytes], object] | None = None,
    ) -> Reply:
        """Return what an address answers, wherever the way leads. Raises `IndexFailureError`."""
        import requests
        from urllib3.exceptions import HTTPError

        from envc.resolvers.package_indexes import failures

        try:
            with self.lock:
                self.refuse_when_closed(address)
                session = self.session
            response = session.request(
                method,
                bare(address),
                headers=dict(headers),
                auth=way.basic,  # type: ignore[arg-type]  # bytes are sent as they are
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
        except (requests.RequestException, HTTPError) as error:
            kind, detail = failures.named(error)
            raise IndexFailureError(kind, address, detail) from error
        except OSError as error:
            raise IndexFailureError("certificate", address, error.strerror or "") from error
        return Reply(response.status_code, response.url, response.headers, content)

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

    def refuse_when_closed(self, address: str) -> None:
        """Open nothing any more for who reads ahead when all is over. Raises `IndexFailureError`."""
        if self.is_closed:
            raise IndexFailureError("connection", address, "it is not asked any more")

    def close(self) -> None:
        """Close all connections, and open none any more."""
        with self.lock:
            self.is_closed = True
            if "session" in self.__dict__:
                self.session.close()
            if "connections" in self.__dict__:
                self.connections.close()


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
    if "@" not in address:
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def is_secure(address: str, trusted_hosts: tuple[str, ...]) -> bool:
    """Tell whether pages may be read from an address: by https, from this machine, or from a host that is trusted."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https" or is_loopback(host):
        return True
    return host in trusted_hosts or f"{host}:{parts.port}" in trusted_hosts
