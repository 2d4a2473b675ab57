# ruff: noqa: SLF001  (what pip keeps private is what this file changes)
"""What is known about a failure, in the form that `failure.py` reads."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from typing import Any

#: What a full disk, or a full share of one, says.
FULL = {errno.ENOSPC, errno.EDQUOT}


class IndexFailureError(Exception):
    """An index did not answer as an index does. `kind` is one of the words that `failure.py` knows."""

    def __init__(self, kind: str, address: str, detail: str, status: int | None = None) -> None:
        super().__init__(kind)
        self.kind, self.address, self.detail, self.status = kind, address, detail, status
        self.package: str | None = None  # the name that was looked for, where it is known


class AddressRefusalError(Exception):
    """A package depends on a file at an address instead of a package of an index."""

    def __init__(self, name: str, parent: str | None) -> None:
        super().__init__(name)
        self.name, self.parent = name, parent


def explain(error: BaseException, pages: Any) -> dict[str, Any]:
    """Return what is known about a failure, as `failure.py` reads it; `pages` are those of `pages.py`."""
    reason = reason_of(error, pages.links, pages.file)
    return {**reason, "graph": pages.graph, "passed_over": pages.passed_over}


def reason_of(error: BaseException, links: dict[str, list[Any]], file: tuple[str, str] | None) -> dict[str, Any]:
    """Return the kind of a failure and its facts."""
    from pip._internal.exceptions import DistributionNotFound, UnsupportedPythonVersion

    if isinstance(error, AddressRefusalError):
        return {"kind": "address", "name": error.name, "parent": error.parent}
    if any(isinstance(one, OSError) and one.errno in FULL for one in chain_of(error)):
        return {"kind": "disk-full"}
    told = list(filter(None, map(as_index_failure, chain_of(error))))
    if told:
        index = told[0]
        if index.kind == "connection":  # what lies below it may say why
            index.kind = next((one.kind for one in told if one.kind != "connection"), index.kind)
        package, address = index.package, index.address
        if package is None and file is not None:
            package, address = file[0], address or file[1]
        return {
            "kind": index.kind,
            "address": address,
            "detail": index.detail,
            "status": index.status,
            "package": package,
        }
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
        return {"kind": "conflict", "causes": causes, "files": offers(links, {cause["name"] for cause in causes})}
    return {"kind": "unexpected", "type": type(error).__name__, "detail": str(error)}


def offers(links: dict[str, list[Any]], names: Iterable[str]) -> dict[str, Any]:
    """Return the files that the index has of some names: file name, Requires-Python, and whether it is yanked."""
    return {
        name: [[link.filename, link.requires_python, link.is_yanked] for link in links[name]]
        for name in names
        if name in links
    }


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
    if isinstance(error, requests.exceptions.TooManyRedirects):
        response = None  # its last answer is no failure; that it is not the last one is
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
        "redirects": (requests.exceptions.TooManyRedirects,),
        "unknown-host": (urllib3.exceptions.NameResolutionError,),
        "wrong-hash": (exceptions.HashMismatch,),
        "cut-off": (
            exceptions.IncompleteDownloadError,
            urllib3.exceptions.IncompleteRead,
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
        ),
        "certificate": (exceptions.SSLVerificationError, exceptions.SSLMissingError, requests.exceptions.SSLError),
        "proxy": (exceptions.ProxyConnectionError, requests.exceptions.ProxyError),
        "timeout": (
            exceptions.ConnectionTimeoutError,
            requests.exceptions.Timeout,
            urllib3.exceptions.ReadTimeoutError,
        ),
        "broken-file": (
            exceptions.InvalidWheel,
            exceptions.MetadataInconsistent,
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
