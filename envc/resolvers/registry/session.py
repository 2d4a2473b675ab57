"""The HTTP session that registries are asked over, and the words for what may go wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from envc.resolvers.registry.reference import is_loopback

if TYPE_CHECKING:
    import requests


def open_session() -> requests.Session:
    """Return a session that honours the machine's proxies and trusts the machine's certificates beside certifi's.

    `requests` alone trusts certifi's list, which does not know the certificate of an office's proxy; Docker does.
    """
    import ssl

    import requests
    from requests.adapters import HTTPAdapter

    import envc

    class MachineTrust(HTTPAdapter):
        def __init__(self) -> None:
            self.trusted = ssl.create_default_context()
            super().__init__()

        def init_poolmanager(self, *positional: Any, **named: Any) -> None:
            super().init_poolmanager(*positional, **named, ssl_context=self.trusted)

        def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
            return super().proxy_manager_for(proxy, **named, ssl_context=self.trusted)

    class Session(requests.Session):
        def get_adapter(self, url: str) -> Any:
            # Reading the machine's certificates takes longer than asking a registry on loopback.
            if url.startswith("https://") and not isinstance(self.adapters["https://"], MachineTrust):
                self.mount("https://", MachineTrust())
            return super().get_adapter(url)

    session = Session()
    session.headers["User-Agent"] = f"envc/{envc.__version__}"
    # A digest is taken of the bytes as they are stored.
    session.headers["Accept-Encoding"] = "identity"
    return session


def proxies_for(url: str) -> dict[str, str]:
    """Return what `requests` is told about proxies: nothing, so that it looks by itself, save for this machine.

    Nobody means a proxy for loopback, `NO_PROXY` or not; Go's programs, Docker among them, see it so.
    """
    return {"no_proxy": urlsplit(url).hostname or ""} if is_loopback(urlsplit(url).hostname or "") else {}


def next_hop(url: str) -> tuple[str, int]:
    """Return host and port of the first machine on the way to an address: the proxy where one is configured."""
    from requests.utils import get_environ_proxies, select_proxy

    proxy = select_proxy(url, get_environ_proxies(url, no_proxy=proxies_for(url).get("no_proxy")))
    if proxy:
        url = proxy if "://" in proxy else f"http://{proxy}"
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or {"https": 443, "socks5": 1080, "socks5h": 1080}.get(parts.scheme, 80)


def words_for(error: requests.RequestException) -> str:
    """Return what went wrong without the text of the exception, which may hold addresses and secrets."""
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted on this machine"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not reach it"
    if isinstance(error, requests.exceptions.Timeout) or "Read timed out" in str(error):
        return "it did not answer in time"
    return "the connection failed"
