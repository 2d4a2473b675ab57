"""HTTP for fetchers: safe redirects, patience with a busy server, and bodies that go on where they were cut.

A redirect never leads from https to http, and what authorises a request goes to the host and port of its own address
only. Bytes are measured while they pass, and kept only where a file is given for them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

from envc.resolvers.artifacts.transfer.body import Body, length_of
from envc.resolvers.artifacts.transfer.failures import (
    AnswerError,
    IncompleteError,
    RedirectError,
    TransferError,
    UnreachableError,
)
from envc.resolvers.artifacts.transfer.reading import Limits
from envc.resolvers.registry.patience import pause
from envc.resolvers.registry.reach import knock
from envc.resolvers.registry.session import failure_of, next_hop, open_session, proxies_for

if TYPE_CHECKING:
    import requests

#: A server with one of these is busy or broken for a moment.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 10
#: Listings come in pages; no page is longer.
_LONGEST_DOCUMENT = 64 * 1024 * 1024
#: So many bytes between two failures are progress.
_PROGRESS = 1 << 20

_Result = TypeVar("_Result")
#: Adds to a request what authorises it.
Authorise = Callable[["requests.PreparedRequest"], None]
#: Takes status, headers and what is said with a refusal. Returns the SHA-256 when it is known without the body, and
#: raises a TransferError for an answer that does not hold what was asked for.
Judge = Callable[[int, Mapping[str, str], bytes], str | None]


class Document(NamedTuple):
    """An answer that was read whole. Names of headers are read without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Measured(NamedTuple):
    """What passed by."""

    size: int
    sha256: str
    headers: Mapping[str, str]


class _BusyError(Exception):
    def __init__(self, status: int, retry_after: str | None) -> None:
        self.status, self.retry_after = status, retry_after


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address, which say who is spoken to."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


class Web:
    """One way to the world for all threads of a reading; each thread has a session of its own."""

    def __init__(self, limits: Limits, stop: threading.Event) -> None:
        self._limits, self._stop = limits, stop
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._known: set[tuple[str, int]] = set()

    def close(self) -> None:
        """Close every connection."""
        for session in self._sessions:
            session.close()

    def document(self, url: str, authorise: Authorise | None = None) -> Document:
        """Return what the server answers, whatever its status is, once it is not busy."""

        def ask() -> Document:
            with self._open(url, authorise, {}) as response:
                return Document(response.status_code, response.headers, _body(response))

        return self._patiently(ask)

    def measure(
        self,
        url: str,
        judge: Judge,
        authorise: Authorise | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        passed: Callable[[int], None] = lambda _: None,
        keep: IO[bytes] | None = None,
    ) -> Measured:
        """Measure a body; `passed` is told of every piece, and gets less than nothing when it begins anew.

        `keep` is a file that the bytes are kept in.

        A body that was cut is gone on with where the server can (RFC 9110, 14), else read anew.
        """
        body = Body(passed, keep)

        def ask() -> Measured:
            before = body.size
            try:
                with self._open(url, authorise, {**(headers or {}), **body.wanted()}) as response:
                    known = judge(response.status_code, response.headers, _said(response))
                    if known is not None:
                        return Measured(length_of(response.headers) or 0, known, response.headers)
                    body.take(response, self._stop)
            finally:
                if body.size - before > _PROGRESS:
                    self._local.failures = 0
            return Measured(body.size, body.sha256, body.headers)

        return self._patiently(ask)

    def _patiently(self, ask: Callable[[], _Result]) -> _Result:
        limits, self._local.failures = self._limits, 0
        while True:
            retry_after: str | None = None
            error: TransferError
            try:
                return ask()
            except _BusyError as busy:
                retry_after, error = busy.retry_after, UnreachableError(f"it answers {busy.status}")
            except (UnreachableError, IncompleteError) as failure:
                error = failure
            seconds = pause(self._local.failures, retry_after, time.time())
            if retry_after is None:
                seconds *= limits.pause / pause(0, None, 0)
            self._local.failures += 1
            if self._local.failures >= limits.attempts or seconds > limits.longest_pause or self._stop.wait(seconds):
                raise error

    @contextmanager
    def _open(self, url: str, authorise: Authorise | None, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """Send a GET, follow where it is sent to, and give the answer with its body unread."""
        import requests

        first = origin_of(url)
        for _ in range(_MOST_REDIRECTS):
            allowed = authorise if origin_of(url) == first else None
            self._knock(url)
            try:
                response = self._session.get(
                    url,
                    headers=dict(headers),
                    auth=_authorised(allowed),
                    allow_redirects=False,
                    proxies=proxies_for(url),
                    timeout=(self._limits.connect, self._limits.read),
                    stream=True,
                )
            except (requests.RequestException, ValueError) as error:
                reason = (
                    str(failure_of(error)) if isinstance(error, requests.RequestException) else "its address is not one"
                )
                raise UnreachableError(reason) from None
            with response:
                if response.status_code in _PASSING:
                    raise _BusyError(response.status_code, response.headers.get("Retry-After"))
                if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                    yield response
                    return
                url = _target(url, response.headers["Location"])
        raise RedirectError("it is sent from one address to the next, without end")

    @property
    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = open_session()
            self._sessions.append(self._local.session)
        session: requests.Session = self._local.session
        return session

    def _knock(self, url: str) -> None:
        try:
            hop = next_hop(url)
        except ValueError:
            raise UnreachableError("its address is not one") from None
        if hop not in self._known:
            reason = knock(*hop, self._limits.connect)
            if reason:
                raise UnreachableError(reason)
            self._known.add(hop)


def _authorised(authorise: Authorise | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Return what `requests` takes as `auth`, so that it looks into no file for credentials by itself."""

    def add(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if authorise:
            authorise(prepared)
        return prepared

    return add


def _target(url: str, location: str) -> str:
    target = urljoin(url, location)
    if urlsplit(target).scheme not in {"http", "https"}:
        raise RedirectError("it is sent to what is neither http nor https")
    if url.startswith("https:") and target.startswith("http:"):
        raise RedirectError("it is sent from https to http, where anybody on the way could change it")
    return target


def _said(response: requests.Response) -> bytes:
    """Return what a refusal says, as far as it is worth reading."""
    if response.status_code < 400:
        return b""
    return next(iter(_pieces(response, 65536)), b"")


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    for piece in _pieces(response, 65536):
        body += piece
        if len(body) > _LONGEST_DOCUMENT:
            raise AnswerError("it sends a list of more than 64 MiB on one page")
    return bytes(body)


def _pieces(response: requests.Response, size: int) -> Iterator[bytes]:
    import requests

    try:
        yield from response.iter_content(size)
    except requests.RequestException as error:
        raise UnreachableError(str(failure_of(error))) from None
