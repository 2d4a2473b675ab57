# ruff: noqa: SLF001  (what pip keeps private is what this file changes)
"""Wheels: their hashes, their metadata, and which one the target takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .change import change
from .digests import Digests
from .failures import AddressRefusalError
from .pages import Pages
from .rules import Overruled

#: Bytes read from the end of a wheel at first: enough for the directory and the metadata of nearly all wheels.
TAIL = 256 * 1024


def hash_by_page(digests: Digests, pages: Pages, chosen: dict[str, Any]) -> None:
    """Take hashes from the index page. A file whose page states none is downloaded and hashed.

    Of a page of links, which rarely states any, only the wheel that was chosen is downloaded.
    """
    from pip._vendor.packaging.utils import canonicalize_name
    from piptools.repositories.pypi import PyPIRepository

    def get_file_hash(self: Any, link: Any) -> str:
        digest = link._hashes.get("sha256")
        return f"sha256:{digest or digests.of(self.session, link.url_without_fragment)}"

    def few(old: Any) -> Any:
        def get_matching_candidates(self: Any, ireq: Any) -> Any:
            found, name = old(self, ireq), canonicalize_name(ireq.name)
            if name not in pages.flat:
                return found
            wheel = chosen[name]["wheel"]
            return {one for one in found if one.link._hashes.get("sha256") or one.link.filename == wheel}

        return get_matching_candidates

    change(PyPIRepository, "_get_file_hash", lambda _: get_file_hash)
    change(PyPIRepository, "_get_matching_candidates", few)
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


def follow(pages: Pages) -> None:
    """Keep which file is being read, to name it when it is not what it should be, and what pip passes over then."""
    from pip._internal.exceptions import MetadataInconsistent, MetadataInvalid
    from pip._internal.resolution.resolvelib.candidates import LinkCandidate

    def name(old: Any) -> Any:
        def prepare(self: Any) -> Any:
            pages.file = (str(self._name), self._link.url_without_fragment)
            try:
                return old(self)
            except (MetadataInconsistent, MetadataInvalid) as error:
                pages.passed_over.setdefault(str(self._name), []).append([self._link.filename, type(error).__name__])
                raise

        return prepare

    change(LinkCandidate, "_prepare", name)


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


def needs_of(candidate: Any) -> list[str]:
    """Return what a candidate needs on the target. One with extras stands beside the one without them."""
    extras: Any = getattr(candidate, "extras", frozenset())
    base = getattr(candidate, "base", candidate)
    # the marker holds, or it would not be here; pip shares one object among all packages that ask alike: left as it is
    return [str(requirement).partition(";")[0].strip() for requirement in base.dist.iter_dependencies(extras)]


def record(chosen: dict[str, Any], sizes: dict[str, int], overruled: Overruled) -> None:
    """Remember the file that the target takes of each package."""
    from pip._vendor.packaging.utils import canonicalize_name
    from piptools.resolver import BacktrackingResolver

    def remember(old: Any) -> Any:
        def get_install_requirement(self: Any, candidate: Any, reverse_dependencies: Any) -> Any:
            link = candidate.source_link
            if link is not None:
                name = canonicalize_name(candidate.project_name)
                before = chosen.get(name, {"requires": [], "overruled": []})
                seen = (name, str(candidate.version), frozenset(getattr(candidate, "extras", ())))
                chosen[name] = {
                    "wheel": link.filename,
                    "size": sizes.get(link.url_without_fragment),
                    "yanked": link.yanked_reason,
                    "requires": sorted({*before["requires"], *needs_of(candidate)}),
                    "sha256": link._hashes.get("sha256"),
                    "overruled": sorted({*before["overruled"], *overruled.get(seen, ())}),
                }
            return old(self, candidate, reverse_dependencies)

        return get_install_requirement

    change(BacktrackingResolver, "_get_install_requirement_from_candidate", remember)
