"""Data at `https://…` or `http://…`: one file, read to its end. Credentials come from the user's netrc file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from envc.language.hosts import is_loopback
from envc.lock.artifacts import MeasuredArtifact
from envc.resolvers.artifacts.transfer.body import length_of, strong_mark
from envc.resolvers.artifacts.transfer.failures import AbsentError, AnswerError, DeniedError
from envc.resolvers.artifacts.transfer.progress import Passing
from envc.resolvers.artifacts.transfer.reading import Reading
from envc.resolvers.artifacts.transfer.web import Authorise, Web
from envc.resolvers.registry.authentication import Credentials, basic

if TYPE_CHECKING:
    import requests

SCHEMES = ("http", "https")


def measure(address: str, known: MeasuredArtifact | None, reading: Reading) -> MeasuredArtifact:
    """Measure the file; when the server still has the ETag and size of what is known, its body is not read."""
    host = urlsplit(address).hostname or ""
    credentials = sendable_credentials(address)

    def judge(status: int, headers: Mapping[str, str], said: bytes) -> str | None:  # noqa: ARG001  # as others judge
        if status in {404, 410}:
            raise AbsentError(f"{host} answers {status}")
        if status in {401, 403}:
            refused = "refuses the credentials of the netrc file" if credentials else "asks for credentials"
            raise DeniedError(f"{host} {refused} ({status})", way_in(address))
        if status not in {200, 206}:
            raise AnswerError(f"{host} answers {status}")
        same = known and known.revision and known.revision == strong_mark(headers)
        return known.sha256 if known and same and known.size == length_of(headers) else None

    web = Web(reading.limits, reading.stop)
    try:
        found = web.measure(
            address, judge, authorisation_for(address), passed=Passing(reading.say, known.size if known else None)
        )
    finally:
        web.close()
    return MeasuredArtifact(1, found.size, found.sha256, strong_mark(found.headers))


def sendable_credentials(address: str) -> Credentials | None:
    """Return what a netrc holds for an address and may be sent to it: never over http, unless to this machine."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        return None
    return netrc_credentials(address)


def netrc_credentials(address: str) -> Credentials | None:
    """Return what the user's netrc file (`NETRC`, `~/.netrc`) holds for the host of an address."""
    import requests

    found = requests.utils.get_netrc_auth(address)
    return Credentials(*found) if found else None


def way_in(address: str) -> str:
    """Return what can be done where an address asks for a login, or refuses the one that it gets."""
    if netrc_credentials(address) and not sendable_credentials(address):
        return "give its https address: the login of the netrc file is not sent over http"
    return f"a line `machine {urlsplit(address).hostname or ''} login … password …` in ~/.netrc"


def authorisation_for(address: str) -> Authorise | None:
    """Return what adds the credentials of the user's netrc file to a request, or None where there are none to send."""
    credentials = sendable_credentials(address)
    return _basic(credentials) if credentials else None


def _basic(credentials: Credentials) -> Authorise:
    def authorise(prepared: requests.PreparedRequest) -> None:
        prepared.headers["Authorization"] = basic(credentials)

    return authorise
