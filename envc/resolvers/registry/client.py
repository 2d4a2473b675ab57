"""One registry, spoken to over HTTP: requests, patience with a busy one, and the ways past a 401.

The protocol is the OCI distribution specification 1.1; tokens are Docker's (`distribution/docs/spec/auth/token`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import count
from time import monotonic, sleep
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from envc.resolvers.registry.authentication import Challenge, Credentials, basic, read_challenges
from envc.resolvers.registry.failures import AbsentError, DeniedError, SilentError, UnusableError
from envc.resolvers.registry.reach import knock
from envc.resolvers.registry.reference import is_loopback
from envc.resolvers.registry.session import next_hop, proxies_for, words_for

if TYPE_CHECKING:
    import requests

#: A registry with one of these is busy or broken for a moment.
_PASSING = frozenset({429, 500, 502, 503, 504})
_ATTEMPTS = 4
#: The distribution specification asks registries to take manifests of up to 4 MiB.
_LARGEST = 8 * 1024 * 1024


class Limits(NamedTuple):
    """How long a registry is waited for, in seconds."""

    connect: float = 3.0
    read: float = 10.0  # between two pieces of an answer; a whole answer has three times as long
    wait: float = 20.0  # in all, between attempts while it says that it is busy


class Answer(NamedTuple):
    """What came back. Names of headers are read without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def pause(attempt: int, retry_after: str | None, now: float) -> float:
    """Return the seconds until the next attempt: what the registry asks for, else 0.5 doubled with each attempt from 0.

    `retry_after` is the header, seconds or a date (RFC 9110, 10.2.3); `now` is seconds since 1970.
    """
    from email.utils import parsedate_to_datetime

    if retry_after is not None:
        if retry_after.strip().isdigit():
            return float(retry_after)
        try:
            return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
        except ValueError:
            pass
    return float(0.5 * 2**attempt)


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

    def ask(self, method: str, path: str, accept: str = "*/*") -> Answer:
        """Return what the registry answers about a path of the repository, as `manifests/3.12`; the status is 200.

        Raises `AbsentError` for 404, `DeniedError` for 401 and 403, `SilentError` when nobody answers or it stays
        busy, else `UnusableError`.
        """
        url = f"{self._address}/v2/{self._name}/{path}"
        key = (self._address, self._name)
        answer = self._send(method, url, authorization=self._tokens.get(key), accept=accept)
        credentials = None
        for scope in (None, self._scope):
            if answer.status != 401:
                break
            credentials = credentials or self._find_credentials()
            authorization = self._authorise(answer, scope, credentials)
            if authorization == self._tokens.get(key):
                break
            self._tokens[key] = authorization
            answer = self._send(method, url, authorization=authorization, accept=accept)
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
                return f"Bearer {self._token(challenge, scope, credentials)}"
        if any(challenge.scheme == "basic" for challenge in challenges) and credentials and not credentials.refreshes:
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
    ) -> Answer:
        """Send until the answer is not a passing failure. Raises `SilentError` when patience ends."""
        import time

        import requests

        self._knock(url)

        def authorise(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
            # Given as `auth`, so that `requests` does not look into ~/.netrc, and drops it at a foreign redirect.
            if authorization:
                prepared.headers["Authorization"] = authorization
            return prepared

        for attempt in count():
            try:
                with self._session.request(
                    method,
                    url,
                    params=query,
                    data=form,
                    auth=authorise,
                    headers={"Accept": accept},
                    proxies=proxies_for(url),
                    timeout=(self._limits.connect, self._limits.read),
                    stream=True,
                ) as response:
                    answer = Answer(response.status_code, response.headers, self._body(response))
            except requests.RequestException as error:
                raise SilentError(words_for(error)) from None
            if answer.status not in _PASSING:
                return answer
            seconds = pause(attempt, answer.headers.get("Retry-After"), time.time())
            if attempt + 1 == _ATTEMPTS or self._waited + seconds > self._limits.wait:
                raise SilentError(f"it answers {answer.status}")
            self._waited += seconds
            sleep(seconds)
        raise AssertionError("counting ended")

    def _body(self, response: requests.Response) -> bytes:
        end = monotonic() + 3 * self._limits.read
        body = bytearray()
        for piece in response.iter_content(65536):
            body += piece
            if len(body) > _LARGEST:
                raise UnusableError("it sends a document of more than 8 MiB")
            if monotonic() > end:
                raise SilentError("it did not answer in time")
        return bytes(body)

    def _knock(self, url: str) -> None:
        try:
            hop = next_hop(url)
        except ValueError:
            raise SilentError("its address is not one") from None
        if hop not in self._known:
            reason = knock(*hop, self._limits.connect)
            if reason:
                raise SilentError(reason)
            self._known.add(hop)
