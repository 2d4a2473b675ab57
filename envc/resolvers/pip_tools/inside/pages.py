# ruff: noqa: SLF001  (what pip keeps private is what this file changes)
"""The pages of the indexes: each read once, one index for each name."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .change import change
from .failures import IndexFailureError, as_index_failure
from .graph import Graph


class Pages:
    """The pages of the indexes, each read once, and which index a name belongs to."""

    def __init__(self, specification: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
        self.routes: dict[str, str] = specification["routes"]
        self.given: dict[str, str] = specification["given"]  # by name: a wheel of the current folder, of no index
        self.flat: set[str] = set(specification["flat"])  # names whose index is one page of links to wheels
        self.indexes = [address or default_index() for address in specification["indexes"]]
        self.tell = tell
        self.contents: dict[str, Any] = {}
        self.links: dict[str, list[Any]] = {}  # of each name that was asked for
        self.sizes: dict[str, int] = {}  # bytes, by address of the file
        self.graph: Graph = {}
        self.passed_over: dict[str, list[list[str]]] = {}  # by name: files whose metadata is bad, and how
        self.file: tuple[str, str] | None = None  # name and address of the file that was asked for last

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
            try:
                links = self.links_for(session, index, name)
            except IndexFailureError as failure:
                failure.package = name
                raise
            if links:
                self.links[name] = links
                return index
        self.links[name] = []
        return None

    def sources_of(self, session: Any, name: str) -> tuple[list[str], list[str]]:
        """Return the files and the indexes that a name is looked for in."""
        if name in self.given:
            return [os.path.abspath(self.given[name])], []  # noqa: PTH100
        index = self.index_of(session, name)
        places = [index] if index else []
        return (places, []) if name in self.flat else ([], places)

    def links_for(self, session: Any, index: str, name: str) -> list[Any]:
        """Return the files that an index has of a name. Raises `IndexFailureError`."""
        if name not in self.flat:
            return self.links_on(self.read(session, self.address(index, name)))
        try:
            page = self.read(session, index)
        except IndexFailureError as failure:
            failure.kind = "not-a-page" if failure.kind == "not-an-index" else failure.kind
            raise
        if page is None:
            raise IndexFailureError("no-page", index, "", 404)
        return [link for link in self.links_on(page) if name_of(link.filename) == name]

    def links_on(self, page: Any) -> list[Any]:
        """Return the files that a page names. Raises `IndexFailureError` when it cannot be understood."""
        from pip._internal.index import collector

        if page is None:
            return []
        try:
            return list(collector.parse_links(page))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise IndexFailureError("unreadable", page.url, type(error).__name__) from error


def name_of(filename: str) -> str:
    """Return the name of the package that a file on a page of links claims to be of."""
    from pip._vendor.packaging.utils import canonicalize_name

    before, _, _ = filename.partition("-") if filename.endswith(".whl") else filename.rpartition("-")
    return str(canonicalize_name(before))


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
            scope = SearchScope.create(*pages.sources_of(self.session, canonicalize_name(project_name)), no_index=False)
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
