# ruff: noqa: SLF001  (what pip keeps private is what this file changes)
"""Wheels: their hashes, their metadata, and which one the target takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .change import change
from .failures import AddressRefusalError

#: Bytes read from the end of a wheel at first: enough for the directory and the metadata of nearly all wheels.
TAIL = 256 * 1024


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


def record(chosen: dict[str, Any], sizes: dict[str, int]) -> None:
    """Remember the file that the target takes of each package."""
    from pip._vendor.packaging.utils import canonicalize_name
    from piptools.resolver import BacktrackingResolver

    def remember(old: Any) -> Any:
        def get_install_requirement(self: Any, candidate: Any, reverse_dependencies: Any) -> Any:
            link = candidate.source_link
            if link is not None:
                chosen[canonicalize_name(candidate.project_name)] = {
                    "wheel": link.filename,
                    "size": sizes.get(link.url_without_fragment),
                    "yanked": link.yanked_reason,
                    "sha256": link._hashes.get("sha256"),
                }
            return old(self, candidate, reverse_dependencies)

        return get_install_requirement

    change(BacktrackingResolver, "_get_install_requirement_from_candidate", remember)
