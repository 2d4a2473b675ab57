"""One registry, spoken to over HTTP: requests, patience with a busy one, and the ways past a 401.

The protocol is the OCI distribution specification 1.1; tokens are Docker's (`distribution/docs/spec/auth/token`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from time import monotonic, sleep
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from envc.language.hosts import is_loopback
from envc.resolvers.registry.authentication import Challenge, Credentials, basic, read_challenges
from envc.resolvers.registry.failures import AbsentError, DeniedError, SilentError, UnusableError
from envc.resolvers.registry.patience import Answer, Limits, busy, pause
from envc.resolvers.registry.reach import knock
from envc.resolvers.registry.session import failure_of, follow, next_hop, proxies_for

if TYPE_CHECKING:
    import requests

#: A registry with one of these is busy or broken for a moment.
_PASSING = frozenset({429, 500, 502, 503, 504})
_ATTEMPTS = 4
#: The distribution specification asks registries to take manifests of up to 4 MiB.
_LARGEST = 8 * 1024 * 1024
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_REDIRECTS = 6

#: Takes the pieces of a blob.
Receiver = Callable[[Iterator[bytes]], None]


class Client:
    """A registry or mirror. `tokens` outlives the client: an `Authorization` header per address and repository."""

    def __init__(
        self,
        session: requests.Session,
        address: str,
        name: str,
        limits: Limits,
        tokens: dict[tuple[str, str], str],
        find_credentials: Callable[[], Credentials | None],
    ) -> None:
        self._session = session
        self._address = address
        self._name = name
        self._limits = limits
        self._tokens = tokens
        self._find_credentials = find_credentials
        self._waited = 0.0
        self._known: set[tuple[str, int]] = set()

    def ask(self, method: str, path: str, accept: str = "*/*", receive: Receiver | None = None) -> Answer:
        """Return what the registry answers about a path of the repository, as `manifests/3.12`; the status is 200.

        `receive` takes the pieces of a large answer; after a broken connection it is called anew.

        Raises `AbsentError` for 404, `DeniedError` for 401 and 403, `SilentError` when nobody answers or it stays
        busy, else `UnusableError`.
        """
        url = f"{self._address}/v2/{self._name}/{path}"
        key = (self._address, self._name)
        answer = self._send(method, url, authorization=self._tokens.get(key), accept=accept, receive=receive)
        credentials = None
        for scope in (None, self._scope):
            if answer.status != 401:
                break
            credentials = credentials or self._find_credentials()
            authorization = self._authorise(answer, scope, credentials)
            if authorization == self._tokens.get(key):
                break
            self._tokens[key] = authorization
            answer = self._send(method, url, authorization=authorization, accept=accept, receive=receive)
        if answer.status in (401, 403):
            self._tokens.pop(key, None)
            raise DeniedError(credentials=credentials is not None)
        if answer.status == 404:
            raise AbsentError
        if answer.status != 200:
            raise UnusableError(f"it answers {answer.status}")
        return answer

    @property
    def _scope(self) -> str:
        return f"repository:{self._name}:pull"

    def _authorise(self, answer: Answer, scope: str | None, credentials: Credentials | None) -> str:
        """Return the header that a 401 asks for. `scope` is taken in place of the one that the registry names."""
        challenges = read_challenges(answer.headers.get("WWW-Authenticate", ""))
        for challenge in challenges:
            if challenge.scheme == "bearer" and "realm" in challenge.parameters:
                ready = credentials.secret if credentials and credentials.opens else None
                return f"Bearer {ready or self._token(challenge, scope, credentials)}"
        takes_password = any(challenge.scheme == "basic" for challenge in challenges)
        if takes_password and credentials and not (credentials.refreshes or credentials.opens):
            return basic(credentials)
        raise DeniedError(credentials=credentials is not None)

    def _token(self, challenge: Challenge, scope: str | None, credentials: Credentials | None) -> str:
        realm = urljoin(self._address, challenge.parameters["realm"])
        if credentials and not self._may_have_secrets(realm):
            raise UnusableError("it asks for credentials to be sent over a connection that is not encrypted")
        wanted = scope or challenge.parameters.get("scope") or self._scope
        fields = [("scope", one) for one in wanted.split()]
        fields += [("service", challenge.parameters["service"])] if "service" in challenge.parameters else []
        if credentials and credentials.refreshes:
            fields = [("scope", wanted), *(pair for pair in fields if pair[0] != "scope"), ("client_id", "envc")]
            fields += [("grant_type", "refresh_token"), ("refresh_token", credentials.secret)]
            answer = self._send("POST", realm, form=fields)
        else:
            authorization = basic(credentials) if credentials else None
            answer = self._send("GET", realm, authorization=authorization, query=fields)
        if answer.status in (400, 401, 403):
            raise DeniedError(credentials=credentials is not None)
        try:
            document = json.loads(answer.body)
            token = document.get("token") or document.get("access_token")
        except (ValueError, AttributeError):
            token = None
        if answer.status != 200 or not isinstance(token, str):
            raise UnusableError(f"its token service gives no token (status {answer.status})")
        return token

    def _may_have_secrets(self, realm: str) -> bool:
        parts = urlsplit(realm)
        return parts.scheme == "https" or self._address.startswith("http://") or is_loopback(parts.hostname or "")

    def _send(
        self,
        method: str,
        url: str,
        *,
        authorization: str | None = None,
        accept: str = "*/*",
        query: list[tuple[str, str]] | None = None,
        form: list[tuple[str, str]] | None = None,
        receive: Receiver | None = None,
    ) -> Answer:
        """Send until the answer is not a passing failure. Raises `SilentError` when patience ends.

        `receive` takes the pieces of a good answer, which is then empty; after a broken connection it is called anew.
        """
        import time

        for attempt in count():
            start = monotonic()
            asked = None
            try:
                answer = self._once(method, url, authorization, accept, query, form, receive)
                if answer.status not in _PASSING:
                    return answer
                asked = answer.headers.get("Retry-After")
                failure = busy(answer)
            except SilentError as error:
                if error.kind == "registry-not-trusted" or isinstance(error, _UnreachedError):
                    raise
                failure = error
                self._waited += monotonic() - start
            seconds = pause(attempt, asked, time.time())
            if attempt + 1 == _ATTEMPTS or self._waited + seconds > self._limits.wait:
                raise failure
            self._waited += seconds
            sleep(seconds)
        raise AssertionError("counting ended")

    def _once(
        self,
        method: str,
        url: str,
        authorization: str | None,
        accept: str,
        query: list[tuple[str, str]] | None,
        form: list[tuple[str, str]] | None,
        receive: Receiver | None,
    ) -> Answer:
        """Send once and follow redirects: without credentials to another server, and never with a form."""
        import requests

        for _ in range(_REDIRECTS):
            self._knock(url)
            try:
                with self._session.request(
                    method,
                    url,
                    params=query,
                    data=form,
                    auth=_Authorization(authorization),
                    headers={"Accept": accept},
                    proxies=proxies_for(url),
                    timeout=(self._limits.connect, self._limits.read),
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    location = response.headers.get("Location")
                    if response.status_code not in _REDIRECTING or location is None or form is not None:
                        if receive and response.status_code == 200:
                            receive(response.iter_content(1 << 18))
                            return Answer(200, response.headers, b"")
                        return Answer(response.status_code, response.headers, self._body(response))
            except requests.RequestException as error:
                raise failure_of(error) from None
            url, is_same = follow(url, location)
            authorization = authorization if is_same else None
            query = None
        raise UnusableError("it redirects in a circle")

    def _body(self, response: requests.Response) -> bytes:
        end = monotonic() + 3 * self._limits.read
        body = bytearray()
        for piece in response.iter_content(65536):
            body += piece
            if len(body) > _LARGEST:
                raise UnusableError("it sends a document of more than 8 MiB")
            if monotonic() > end:
                raise SilentError("it did not answer in time", "registry-timed-out")
        return bytes(body)

    def _knock(self, url: str) -> None:
        try:
            hop = next_hop(url)
        except ValueError:
            raise _UnreachedError("its address is not one") from None
        if hop not in self._known:
            reason = knock(*hop, self._limits.connect)
            if reason:
                kind = "registry-timed-out" if reason.endswith("in time") else "registry-unreachable"
                raise _UnreachedError(reason, kind)
            self._known.add(hop)


class _UnreachedError(SilentError):
    """Nobody listens, which another attempt a second later does not change."""


class _Authorization:
    """The header, given as `auth`, so that `requests` does not look into ~/.netrc."""

    def __init__(self, value: str | None) -> None:
        self._value = value

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._value:
            prepared.headers["Authorization"] = self._value
        return prepared
