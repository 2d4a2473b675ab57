# ruff: noqa: SLF001  (what pip keeps private is what this file changes)
"""What is known about a failure, in the form that `failure.py` reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class IndexFailureError(Exception):
    """An index did not answer as an index does. `kind` is one of the words that `failure.py` knows."""

    def __init__(self, kind: str, address: str, detail: str, status: int | None = None) -> None:
        super().__init__(kind)
        self.kind, self.address, self.detail, self.status = kind, address, detail, status


class AddressRefusalError(Exception):
    """A package depends on a file at an address instead of a package of an index."""

    def __init__(self, name: str, parent: str | None) -> None:
        super().__init__(name)
        self.name, self.parent = name, parent


def explain(error: BaseException, links: dict[str, list[Any]]) -> dict[str, Any]:
    """Return what is known about a failure, as `failure.py` reads it."""
    from pip._internal.exceptions import DistributionNotFound, UnsupportedPythonVersion

    if isinstance(error, AddressRefusalError):
        return {"kind": "address", "name": error.name, "parent": error.parent}
    index = next(filter(None, map(as_index_failure, chain_of(error))), None)
    if index is not None:
        return {"kind": index.kind, "address": index.address, "detail": index.detail, "status": index.status}
    stated = getattr(error.__cause__, "causes", None)
    if isinstance(error, (DistributionNotFound, UnsupportedPythonVersion)) and stated:
        causes = [
            {
                "name": str(cause.requirement.project_name),
                "requirement": cause.requirement.format_for_error(),
                "specifier": specifier_of(cause.requirement),
                "parent": cause.parent and f"{cause.parent.project_name} {cause.parent.version}",
            }
            for cause in stated
        ]
        names = {cause["name"] for cause in causes}
        files = {
            name: [[link.filename, link.requires_python, link.is_yanked] for link in found]
            for name, found in links.items()
            if name in names
        }
        return {"kind": "conflict", "causes": causes, "files": files}
    return {"kind": "unexpected", "type": type(error).__name__, "detail": str(error)}


def specifier_of(requirement: Any) -> str:
    """Return the versions that a requirement of the resolver takes, of a package or of Python."""
    ireq = getattr(requirement, "_ireq", None)
    return str(ireq.specifier if ireq is not None else getattr(requirement, "specifier", ""))


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def as_index_failure(error: BaseException, address: str = "") -> IndexFailureError | None:
    """Return what an exception of pip or requests says about an index, or None when it is about something else."""
    from zipfile import BadZipFile

    from pip._internal import exceptions
    from pip._internal.index import collector
    from pip._vendor import requests, urllib3

    if isinstance(error, IndexFailureError):
        return error
    response = getattr(error, "response", None)
    if response is not None:
        status = int(response.status_code)
        return IndexFailureError("unauthorised" if status in {401, 403, 407} else "status", response.url, "", status)
    address = getattr(getattr(error, "request", None), "url", None) or address
    if isinstance(error, collector._NotAPIContent):
        return IndexFailureError("not-an-index", address, error.content_type)
    if isinstance(error, (requests.exceptions.RetryError, collector._NotHTTP)):
        return IndexFailureError("status", address, str(error).rpartition("ResponseError(")[2].strip("'\")"))
    context = str(getattr(error, "context", "") or "")
    for kind, types in {
        "certificate": (exceptions.SSLVerificationError, exceptions.SSLMissingError, requests.exceptions.SSLError),
        "proxy": (exceptions.ProxyConnectionError, requests.exceptions.ProxyError),
        "timeout": (
            exceptions.ConnectionTimeoutError,
            requests.exceptions.Timeout,
            urllib3.exceptions.ReadTimeoutError,
        ),
        "broken-file": (
            exceptions.InvalidWheel,
            exceptions.HashMismatch,
            exceptions.MetadataInconsistent,
            exceptions.IncompleteDownloadError,
            BadZipFile,
        ),
        "connection": (
            exceptions.ConnectionFailedError,
            exceptions.NetworkConnectionError,
            requests.exceptions.RequestException,
            urllib3.exceptions.HTTPError,
        ),
    }.items():
        if isinstance(error, types):
            return IndexFailureError(kind, address, context or str(error))
    return None
