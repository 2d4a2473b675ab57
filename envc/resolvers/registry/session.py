"""The HTTP session that registries are asked over, and the words for what may go wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from envc.language.hosts import is_loopback
from envc.resolvers.registry.failures import SilentError, UnusableError

if TYPE_CHECKING:
    import requests


def open_session() -> requests.Session:
    """Return a session that honours the machine's proxies and trusts the machine's certificates beside certifi's.

    `requests` alone trusts certifi's list, which does not know the certificate of an office's proxy; Docker does.
    """
    import ssl

    import requests

    import envc

    class MachineTrust(requests.adapters.HTTPAdapter):
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
    import requests

    utils = requests.utils
    proxy = utils.select_proxy(url, utils.get_environ_proxies(url, no_proxy=proxies_for(url).get("no_proxy")))
    if proxy:
        url = proxy if "://" in proxy else f"http://{proxy}"
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or {"https": 443, "socks5": 1080, "socks5h": 1080}.get(parts.scheme, 80)


def failure_of(error: requests.RequestException) -> SilentError:
    """Return what went wrong without the text of the exception, which may hold addresses and secrets."""
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return SilentError("its certificate is not trusted on this machine", "registry-not-trusted")
    if isinstance(error, requests.exceptions.ProxyError):
        return SilentError("the proxy does not reach it")
    if isinstance(error, requests.exceptions.Timeout) or "Read timed out" in str(error):
        return SilentError("it did not answer in time", "registry-timed-out")
    return SilentError("the connection failed")


def follow(url: str, location: str) -> tuple[str, bool]:
    """Return where a redirect leads, and whether what was sent here may be sent there, too: to the same server only.

    Raises `UnusableError` where an encrypted connection would lead to one that is not, or to no web address at all.
    """
    target = urljoin(url, location)
    here, there = urlsplit(url), urlsplit(target)
    if there.scheme not in ("http", "https") or not there.hostname:
        raise UnusableError("it redirects to what is no web address")
    if here.scheme == "https" and there.scheme != "https":
        raise UnusableError("it redirects from an encrypted connection to one that is not")
    return target, (here.scheme, here.netloc) == (there.scheme, there.netloc)
