"""What went wrong, named: from the facts that `inside` tells to a report with a remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from envc.diagnostics.diagnostic import Concern, Diagnostic, Report, world_failed
from envc.language.package_names import normalised
from envc.lock.resolution import Request
from envc.resolvers.disk import TEMPORARY, disk_full
from envc.resolvers.pip_tools.conflict import conflict
from envc.resolvers.pip_tools.derivation import Graph, concern_about, way_to
from envc.resolvers.words import plain


class IndexTrouble(NamedTuple):
    """What is said of an index that failed: the message's end and the remedy."""

    message: str
    help: str


#: By the kinds of `package_indexes`.
INDEX_TROUBLES = {
    "status": IndexTrouble("answered {status}", "try again later, or ask the keeper of the index"),
    "timeout": IndexTrouble("did not answer in time", "raise pip's `timeout` setting, or try again later"),
    "connection": IndexTrouble("cannot be reached", "check the address, the network and pip's `proxy` setting"),
    "proxy": IndexTrouble("cannot be reached through the proxy", "check pip's `proxy` setting and `HTTPS_PROXY`"),
    "unknown-host": IndexTrouble(
        "has a host that no name server knows", "check the address, and that this machine is on a network"
    ),
    "redirects": IndexTrouble("sends from one address to another without end", "check the address of the index"),
    "cut-off": IndexTrouble("broke off in the middle of an answer", "try again, or ask the keeper of the index"),
    "wrong-hash": IndexTrouble(
        "gave a file that is not the one its page names: the checksums differ",
        "do not use the file; try again later, or ask the keeper of the index",
    ),
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
    "no-page": IndexTrouble(
        "has no page at its address (404)",
        "check the address: the page itself stands there, with links to wheels",
    ),
    "not-a-page": IndexTrouble(
        "did not answer with a page of links",
        "check the address: the page itself stands there, with links to wheels",
    ),
    "unreadable": IndexTrouble("gave a page that cannot be read", "try again later, or ask the keeper of the index"),
    "broken-file": IndexTrouble("gave a file that is broken", "try again later, or ask the keeper of the index"),
}


def report_of(failure: Mapping[str, Any], request: Request, time_limit: float, resolver: str = "pip-compile") -> Report:
    """Return the report of a failure. Exit code 1 when the request has no answer, 3 when the world failed."""
    kind = failure["kind"]
    graph = Graph.of(failure, request)
    if kind in {"conflict", "address"}:
        return Report(conflict(failure, request, graph) if kind == "conflict" else [address(failure, graph)])
    if kind == "unauthorised":
        return unauthorised(failure, request, graph)
    if kind == "disk-full":
        return disk_full(TEMPORARY)
    if kind in INDEX_TROUBLES:
        return index_failed(failure, request, graph)
    if kind == "time-limit":
        return world_failed(
            "resolver-failed",
            f"{resolver} had no answer within {time_limit:g} seconds",
            notes=(f"the package that was looked up last: {plain(failure['package'])}",) if failure["package"] else (),
            helps=("pin the versions that you know: the fewer may vary, the sooner there is an answer",),
            concerns=concerned(failure, graph),
        )
    return world_failed(
        "resolver-failed",
        f"{resolver} stopped unexpectedly",
        notes=(f"{failure.get('type')}: {plain(str(failure.get('detail')))}",),
        helps=("run it again; if it stays, report it with the program and this note",),
    )


def address(failure: Mapping[str, Any], graph: Graph) -> Diagnostic:
    """Return the diagnostic of a dependency that names a file somewhere instead of a package of an index."""
    parent = plain(failure["parent"] or "a package")
    return Diagnostic(
        "dependency-with-address",
        f"{parent} asks for `{plain(failure['name'])}` by an address of its own",
        notes=("what lies at an address can change, and other machines may not reach it",),
        helps=(f"take a version of {parent} that asks for it by name",),
        concerns=concern_about(graph, normalised(failure["parent"] or ""), "asks for an address", "version"),
    )


def unauthorised(failure: Mapping[str, Any], request: Request, graph: Graph) -> Report:
    """Return the report of an index that answered 401, 403 or 407."""
    host = urlsplit(failure["address"]).hostname or ""
    helps = {
        401: (
            f"give pip a name and a password for {host}: in the file `~/.netrc`, or by `keyring`",
            "or name a `secret` of the program at its `index`; `--secret NAME=FILE` or its variable gives the value",
        ),
        403: (
            f"check that the account which pip uses for {host} may read this package",
            "check the package's name: some indexes answer 403 for what they do not have",
        ),
        407: ("give the proxy's name and password in pip's `proxy` setting",),
    }
    message = f"{index_name(failure['address'], request)} refused access ({failure['status']})"
    return world_failed(
        "index-unauthorised",
        message,
        notes=about(failure, graph),
        helps=helps[failure["status"]],
        concerns=concerned(failure, graph),
    )


def index_failed(failure: Mapping[str, Any], request: Request, graph: Graph) -> Report:
    """Return the report of an index that is out of order or out of reach."""
    trouble = INDEX_TROUBLES[failure["kind"]]
    detail = failure["detail"] or ""
    status = failure["status"] or next(iter(re.findall(r"\b[45]\d\d\b", detail)), "with an error")
    message = f"{index_name(failure['address'], request)} {trouble.message.format(status=status)}"
    return world_failed(
        "index-failed",
        message,
        notes=about(failure, graph),
        helps=(trouble.help,),
        concerns=concerned(failure, graph),
    )


def concerned(failure: Mapping[str, Any], graph: Graph) -> tuple[Concern, ...]:
    """Return what of the program an index's failure concerns: the package that was looked for."""
    package = failure.get("package")
    return concern_about(graph, package, "could not be looked up", "nothing") if package else ()


def about(failure: Mapping[str, Any], graph: Graph) -> list[str]:
    """Return what was looked for, where the index is (its host, never its address) and what it said."""
    parts = urlsplit(failure["address"])
    host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    detail = plain(failure["detail"] or "")
    package = failure.get("package")
    looked_for = [f"package: {plain(package)}", *way_to(graph, package)] if package else []
    return [*looked_for, *[f"host: {host}"] * bool(parts.hostname), *[f"detail: {detail}"] * bool(detail)]


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
