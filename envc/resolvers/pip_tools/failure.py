"""What went wrong, named: from the facts that `inside` tells to a report with a remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from envc.diagnostics.diagnostic import Diagnostic, Report, world_failed
from envc.lock.resolution import Request
from envc.resolvers.pip_tools.offer import Offer, why_nothing_fits
from envc.resolvers.pip_tools.words import plain


class IndexTrouble(NamedTuple):
    """What is said of an index that failed: the message's end and the remedy."""

    message: str
    help: str


#: By the kinds of `inside`.
INDEX_TROUBLES = {
    "status": IndexTrouble("answered {status}", "try again later, or ask the keeper of the index"),
    "timeout": IndexTrouble("did not answer in time", "raise pip's `timeout` setting, or try again later"),
    "connection": IndexTrouble("cannot be reached", "check the address, the network and pip's `proxy` setting"),
    "proxy": IndexTrouble("cannot be reached through the proxy", "check pip's `proxy` setting and `HTTPS_PROXY`"),
    "certificate": IndexTrouble(
        "has a certificate that this machine does not trust",
        "give pip the bundle of your organisation's certificates with its `cert` setting",
    ),
    "insecure": IndexTrouble(
        "is reached by plain http and is not trusted",
        "use its https address, or name its host in pip's `trusted-host` setting",
    ),
    "not-an-index": IndexTrouble(
        "did not answer as a package index does",
        "check the address: it is the one below which each package has a page (the Simple API)",
    ),
    "unreadable": IndexTrouble("gave a page that cannot be read", "try again later, or ask the keeper of the index"),
    "broken-file": IndexTrouble("gave a file that is broken", "try again later, or ask the keeper of the index"),
}


def report_of(failure: Mapping[str, Any], request: Request, time_limit: float, resolver: str = "pip-compile") -> Report:
    """Return the report of a failure. Exit code 1 when the request has no answer, 3 when the world failed."""
    kind = failure["kind"]
    if kind == "conflict":
        return Report(conflict(failure, request))
    if kind == "address":
        return Report([address(failure)])
    if kind == "unauthorised":
        return unauthorised(failure, request)
    if kind in INDEX_TROUBLES:
        return index_failed(failure, request)
    if kind == "time-limit":
        return world_failed(
            "resolver-failed",
            f"{resolver} had no answer within {time_limit:g} seconds",
            helps=("pin the versions that you know: the fewer may vary, the sooner there is an answer",),
        )
    return world_failed(
        "resolver-failed",
        f"{resolver} stopped unexpectedly",
        notes=(f"{failure.get('type')}: {plain(str(failure.get('detail')))}",),
        helps=("run it again; if it stays, report it with the program and this note",),
    )


def conflict(failure: Mapping[str, Any], request: Request) -> list[Diagnostic]:
    """Return what is wrong with the packages: one diagnostic for each that has no fitting file, else the conflict."""
    causes = failure["causes"]
    offers = {name: Offer.of(name, files) for name, files in failure["files"].items()}
    found: dict[tuple[str, str], Diagnostic] = {}
    for cause in causes:
        name = cause["name"]
        if name in offers:
            diagnostic = why_nothing_fits(offers[name], cause["specifier"], asker(cause), request)
        elif cause["parent"]:
            diagnostic = python_refused(cause, request)
        else:
            diagnostic = None
        if diagnostic is not None:
            found.setdefault((diagnostic.name, name), diagnostic)
    if found:
        return list(found.values())
    names = sorted({cause["name"] for cause in causes})
    lines = {f"{asker(cause)} asks for {plain(cause['requirement'])}" for cause in causes}
    return [
        Diagnostic(
            "unsatisfiable-packages",
            f"no version of {', '.join(f'`{plain(name)}`' for name in names)} suits all who ask for it",
            notes=tuple(sorted(lines)),
            helps=("widen one of these version ranges, or drop one of the packages",),
        )
    ]


def asker(cause: Mapping[str, Any]) -> str:
    """Return who states a requirement."""
    return plain(cause["parent"]) if cause["parent"] else "the program"


def python_refused(cause: Mapping[str, Any], request: Request) -> Diagnostic:
    """Return the diagnostic of a package whose metadata, not its index page, refuses the target's Python."""
    return Diagnostic(
        "requires-python-mismatch",
        f"{asker(cause)} does not take Python {request.target.python}",
        notes=(f"it needs Python {plain(cause['specifier'])}",),
        helps=("take another version of the package or of Python",),
    )


def address(failure: Mapping[str, Any]) -> Diagnostic:
    """Return the diagnostic of a dependency that names a file somewhere instead of a package of an index."""
    parent = plain(failure["parent"] or "a package")
    return Diagnostic(
        "dependency-with-address",
        f"{parent} asks for `{plain(failure['name'])}` by an address of its own",
        notes=("what lies at an address can change, and other machines may not reach it",),
        helps=(f"take a version of {parent} that asks for it by name",),
    )


def unauthorised(failure: Mapping[str, Any], request: Request) -> Report:
    """Return the report of an index that answered 401, 403 or 407."""
    host = urlsplit(failure["address"]).hostname or ""
    helps = {
        401: (f"give pip a name and a password for {host}: in the file `~/.netrc`, or by `keyring`",),
        403: (
            f"check that the account which pip uses for {host} may read this package",
            "check the package's name: some indexes answer 403 for what they do not have",
        ),
        407: ("give the proxy's name and password in pip's `proxy` setting",),
    }
    message = f"{index_name(failure['address'], request)} refused access ({failure['status']})"
    return world_failed("index-unauthorised", message, notes=about(failure), helps=helps[failure["status"]])


def index_failed(failure: Mapping[str, Any], request: Request) -> Report:
    """Return the report of an index that is out of order or out of reach."""
    trouble = INDEX_TROUBLES[failure["kind"]]
    detail = failure["detail"] or ""
    status = failure["status"] or next(iter(re.findall(r"\b[45]\d\d\b", detail)), "with an error")
    message = f"{index_name(failure['address'], request)} {trouble.message.format(status=status)}"
    return world_failed("index-failed", message, notes=about(failure), helps=(trouble.help,))


def about(failure: Mapping[str, Any]) -> list[str]:
    """Return where the index is (its host, never its address) and what it said."""
    parts = urlsplit(failure["address"])
    host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    detail = plain(failure["detail"] or "")
    return [f"host: {host}"] * bool(parts.hostname) + [f"detail: {detail}"] * bool(detail)


def index_name(address: str, request: Request) -> str:
    """Return what the program calls the index that an address lies in."""
    for name, index in request.indexes:
        if bare(address).startswith(bare(index)):
            return f"index `{name}`"
    return "the package index"


def bare(address: str) -> str:
    """Return host and path of an address, to compare: the index's path ends with a slash, names do not blend."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}{parts.path.rstrip('/')}/"
