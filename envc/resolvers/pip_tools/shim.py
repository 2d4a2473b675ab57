# ruff: noqa: SLF001  (what pip keeps private is what this file changes)
"""Run pip-compile for a Python and a platform that are not the ones of this machine.

envc runs this file inside the environment of `environment.py`, never imports it: it changes private parts of pip and
pip-tools, whose versions are therefore pinned exactly. Standard input gives one line, the specification of
`specification.py`, and then stays open: when it closes, envc is gone and this process ends. Standard output gives one
JSON object a line: `{"progress": NAME}` while it works, and last `{"answer": …}` or `{"failure": …}`; `answer.py` and
`failure.py` read them. Nothing secret is in the arguments or the environment of this process: addresses, which may
hold a password, come with the specification.

What is changed, and why:

- markers, wheel tags and Requires-Python are judged for the target;
- every name has one index: the one it is routed to, else the first of the machine's indexes that has it. Indexes are
  never mixed for a name, so a higher version on another index cannot win (dependency confusion);
- hashes are the sha256 that the index page states, so no file is downloaded to hash it;
- pages are read once, and a page that cannot be read ends the run: pip would go on as if the index were empty;
- of a wheel that has no metadata file beside it, only the end is read, in one piece;
- a dependency that brings its own address is refused.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

Specification = dict[str, Any]

#: Bytes read from the end of a wheel at first: enough for the directory and the metadata of nearly all wheels.
TAIL = 256 * 1024


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


def change(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace an attribute by what `make` makes of the old one."""
    setattr(owner, name, make(getattr(owner, name)))


def aim(specification: Specification) -> None:
    """Judge markers, tags and Requires-Python for the target."""
    import packaging.markers
    import pip._vendor.packaging.markers
    from pip._internal.commands.install import InstallCommand
    from pip._internal.models.target_python import TargetPython
    from pip._internal.resolution.resolvelib.factory import Factory

    markers: dict[str, str] = specification["markers"]
    for module in (packaging.markers, pip._vendor.packaging.markers):
        change(module, "default_environment", lambda _: lambda: dict(markers))
    version = tuple(specification["python"])
    target = TargetPython(
        platforms=specification["platforms"], py_version_info=version, abis=[specification["abi"]], implementation="cp"
    )
    change(
        InstallCommand,
        "_build_package_finder",
        lambda build: lambda self, options, session, **_: build(self, options, session, target_python=target),
    )
    change(
        Factory,
        "__init__",
        lambda begin: (
            lambda self, *positional, **named: begin(self, *positional, **{**named, "py_version_info": version})
        ),
    )


class Pages:
    """The pages of the indexes, each read once, and which index a name belongs to."""

    def __init__(self, specification: Specification, tell: Callable[[dict[str, Any]], None]) -> None:
        self.routes: dict[str, str] = specification["routes"]
        self.indexes = [address or default_index() for address in specification["indexes"]]
        self.tell = tell
        self.contents: dict[str, Any] = {}
        self.links: dict[str, list[Any]] = {}  # of each name that was asked for
        self.sizes: dict[str, int] = {}  # bytes, by address of the file

    def address(self, index: str, name: str) -> str:
        """Return where an index has the page of a name, with a slash at its end so that no redirect is needed."""
        return f"{index.rstrip('/')}/{name}/"

    def read(self, session: Any, address: str) -> Any:
        """Return pip's content of a page, or None when the index does not have it. Raises `IndexFailureError`."""
        from dataclasses import replace

        from pip._internal.index import collector
        from pip._internal.models.link import Link

        if address not in self.contents:
            link = Link(address)
            if not session.is_secure_origin(link):
                raise IndexFailureError("insecure", address, "")
            page = collector._get_index_content(link, session=session)
            self.contents[address] = page and replace(page, cache_link_parsing=True)
        return self.contents[address]

    def index_of(self, session: Any, name: str) -> str | None:
        """Return the one index that serves a name, or None when none has a file of it."""
        route = self.routes.get(name)
        if name not in self.links:
            self.tell({"progress": name})
        for index in [route] if route else self.indexes:
            links = self.links_on(self.read(session, self.address(index, name)))
            if links:
                self.links[name] = links
                return index
        self.links[name] = []
        return None

    def links_on(self, page: Any) -> list[Any]:
        """Return the files that a page names. Raises `IndexFailureError` when it cannot be understood."""
        from pip._internal.index import collector

        if page is None:
            return []
        try:
            return list(collector.parse_links(page))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise IndexFailureError("unreadable", page.url, type(error).__name__) from error


def default_index() -> str:
    """Return the address of Python's default index, as pip knows it."""
    from pip._internal.models.index import PyPI

    return PyPI.simple_url


def route(pages: Pages) -> None:
    """Give every name one index, and end the run where a page cannot be read."""
    from pip._internal.index import collector, package_finder
    from pip._internal.models.link import Link
    from pip._internal.models.search_scope import SearchScope
    from pip._vendor.packaging.utils import canonicalize_name

    def collect(old: Any) -> Any:
        def collect_sources(self: Any, project_name: str, candidates_from_page: Any) -> Any:
            index = pages.index_of(self.session, canonicalize_name(project_name))
            scope = SearchScope.create([], [index] if index else [], no_index=False)
            return old(collector.LinkCollector(self.session, scope), project_name, candidates_from_page)

        return collect_sources

    def ask(old: Any) -> Any:
        def get_simple_response(url: str, *positional: Any, **named: Any) -> Any:
            try:
                return old(url, *positional, **named)
            except Exception as error:
                failure = as_index_failure(error, url)
                if failure is None or failure.status == 404:
                    raise
                raise failure from error

        return get_simple_response

    def measure(old: Any) -> Any:
        def from_json(file: dict[str, Any], page_url: str) -> Any:
            link = old(file, page_url)
            if link is not None and isinstance(file.get("size"), int):
                pages.sizes[link.url_without_fragment] = file["size"]
            return link

        return from_json

    change(collector.LinkCollector, "collect_sources", collect)
    change(
        collector.LinkCollector, "fetch_response", lambda _: lambda self, link, **_: pages.read(self.session, link.url)
    )
    change(collector, "_get_simple_response", ask)
    change(package_finder, "parse_links", lambda _: pages.links_on)
    change(Link, "from_json", measure)


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


def hash_by_page() -> None:
    """Take hashes from the index page. A file whose page states none is downloaded and hashed by pip-tools."""
    from piptools.repositories.pypi import PyPIRepository

    def stated(old: Any) -> Any:
        def get_file_hash(self: Any, link: Any) -> str:
            digest = link._hashes.get("sha256")
            return f"sha256:{digest}" if digest else str(old(self, link))

        return get_file_hash

    change(PyPIRepository, "_get_file_hash", stated)
    change(PyPIRepository, "_get_project", lambda _: lambda *_: None)


def read_tails() -> None:
    """Read the end of a wheel in one piece, where pip asks for pieces of 10 KiB one after the other.

    A server that answers neither HEAD nor ranges gives the whole wheel.
    """
    from pip._internal.exceptions import NetworkConnectionError
    from pip._internal.network import lazy_wheel

    class Tail(lazy_wheel.LazyZipOverHTTP):
        def __init__(self, url: str, session: Any) -> None:
            try:
                super().__init__(url, session, TAIL)
            except (NetworkConnectionError, AssertionError, LookupError) as error:
                raise lazy_wheel.HTTPRangeRequestUnsupported(str(error)) from error

    change(lazy_wheel, "LazyZipOverHTTP", lambda _: Tail)


def refuse_addresses() -> None:
    """Refuse a requirement with an address, before anything is fetched from there."""
    from pip._internal.resolution.resolvelib.factory import Factory

    def refuse(old: Any) -> Any:
        def make(self: Any, ireq: Any, requested_extras: Any) -> Iterator[Any]:
            if ireq.link is not None and ireq.match_markers(requested_extras):
                raise AddressRefusalError(str(ireq.name), getattr(ireq.comes_from, "name", None))
            yield from old(self, ireq, requested_extras)

        return make

    change(Factory, "_make_requirements_from_install_req", refuse)


def record(chosen: dict[str, Any], pages: Pages) -> None:
    """Remember the file that the target takes of each package."""
    from pip._vendor.packaging.utils import canonicalize_name
    from piptools.resolver import BacktrackingResolver

    def remember(old: Any) -> Any:
        def get_install_requirement(self: Any, candidate: Any, reverse_dependencies: Any) -> Any:
            link = candidate.source_link
            if link is not None:
                chosen[canonicalize_name(candidate.project_name)] = {
                    "wheel": link.filename,
                    "size": pages.sizes.get(link.url_without_fragment),
                    "yanked": link.yanked_reason,
                }
            return old(self, candidate, reverse_dependencies)

        return get_install_requirement

    change(BacktrackingResolver, "_get_install_requirement_from_candidate", remember)


def explain(error: BaseException, pages: Pages) -> dict[str, Any]:
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
            name: [[link.filename, link.requires_python, link.is_yanked] for link in links]
            for name, links in pages.links.items()
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


def end_with_parent() -> None:
    """End this process when standard input closes, which it does however envc ends."""

    def wait() -> NoReturn:
        sys.stdin.buffer.read()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Read the specification, run pip-compile, tell the answer."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what pip prints must not be mistaken for an answer

    def tell(value: dict[str, Any]) -> None:
        out.write(json.dumps(value) + "\n")
        out.flush()

    specification: Specification = json.loads(sys.stdin.buffer.readline())
    end_with_parent()
    os.environ.update(specification["settings"])
    pages = Pages(specification, tell)
    try:
        tell({"answer": compile_requirements(specification, pages)})
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever happened, envc is told)
        tell({"failure": explain(error, pages)})
    out.close()
    os._exit(0)  # the thread that waits for standard input would hold the process


def compile_requirements(specification: Specification, pages: Pages) -> dict[str, Any]:
    """Change pip and pip-tools, run pip-compile in the current folder, and return what it wrote and chose."""
    from importlib.metadata import version

    from piptools.scripts.compile import cli

    chosen: dict[str, Any] = {}
    aim(specification)
    route(pages)
    hash_by_page()
    read_tails()
    refuse_addresses()
    record(chosen, pages)
    cli.main(args=specification["arguments"], prog_name="pip-compile", standalone_mode=False)
    with open("requirements.txt", encoding="utf-8") as file:  # noqa: PTH123 (the one file of this process)
        text = file.read()
    return {"text": text, "packages": chosen, "versions": {name: version(name) for name in ("pip-tools", "pip")}}


if __name__ == "__main__":
    main()
