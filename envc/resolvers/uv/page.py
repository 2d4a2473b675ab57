"""A page of a package index, in JSON (PEP 691) or HTML (PEP 503), read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin

from envc.language.package_names import normalised

#: What pages are asked for as, best first.
ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.1, text/html;q=0.01"

JSON = "application/vnd.pypi.simple.v1+json"
HTML = ("application/vnd.pypi.simple.v1+html", "text/html")


class File(NamedTuple):
    """One file that a page names."""

    filename: str
    url: str  # as the page writes it, perhaps relative to the page
    sha256: str | None
    size: int | None
    requires_python: str | None
    yanked: str | None  # the reason, which may be empty; None when the file is not withdrawn
    metadata: str | bool  # whether metadata lies beside the file; its sha256 where the page says so


class Page(NamedTuple):
    """What an index has of one name."""

    address: str  # where the page was in the end; may hold credentials
    files: tuple[File, ...]

    def url_of(self, file: File) -> str:
        """Return the address of a file, without a fragment."""
        return urljoin(self.address, file.url).partition("#")[0]


def is_page(content_type: str) -> bool:
    """Tell whether a content type is that of an index page."""
    return content_type.partition(";")[0].strip().lower() in {JSON, *HTML}


def read_page(address: str, content_type: str, content: bytes) -> Page:
    """Return the page. Raises one of `UNREADABLE` when it cannot be understood."""
    if content_type.partition(";")[0].strip().lower() == JSON:
        rows = json.loads(content)["files"]
        return Page(address, tuple(of_json(row) for row in rows if row.get("url") is not None))
    anchors = Anchors()
    anchors.feed(content.decode("utf-8", "replace"))
    anchors.close()
    base = urljoin(address, anchors.base) if anchors.base else address
    return Page(base, tuple(of_anchor(anchor) for anchor in anchors.found))


#: What reading raises for a page that is none.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


def filename_of(url: str) -> str:
    """Return the name of the file that an address ends with."""
    return unquote(url.partition("#")[0].partition("?")[0].rpartition("/")[2])


def files_of(name: str, files: Iterable[File]) -> tuple[File, ...]:
    """Return the files of a page of links that claim to be of a package."""
    return tuple(file for file in files if name_of(file.filename) == name)


def name_of(filename: str) -> str:
    """Return the name of the package that a file claims to be of."""
    before, _, _ = filename.partition("-") if filename.endswith(".whl") else filename.rpartition("-")
    return normalised(before)


def of_json(row: dict[str, Any]) -> File:
    """Return a file of a JSON page."""
    size, yanked = row.get("size"), row.get("yanked")
    beside = row.get("core-metadata", row.get("dist-info-metadata"))
    digest = row["hashes"].get("sha256")
    needs = row.get("requires-python")
    return File(
        filename_of(row["url"]),
        row["url"],
        str(digest) if digest else None,
        size if isinstance(size, int) else None,
        str(needs) if needs else None,
        (yanked if isinstance(yanked, str) else "") if yanked else None,
        digest_or(beside.get("sha256")) if isinstance(beside, dict) else bool(beside),
    )


def of_anchor(attributes: dict[str, str | None]) -> File:
    """Return a file of an HTML page."""
    url = attributes["href"] or ""
    kind, _, digest = url.partition("#")[2].partition("&")[0].partition("=")
    beside = attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))
    return File(
        filename_of(url),
        url,
        digest if kind == "sha256" and digest else None,
        None,
        attributes.get("data-requires-python") or None,
        (attributes["data-yanked"] or "") if "data-yanked" in attributes else None,
        digest_or(beside.removeprefix("sha256=")) if beside and beside.startswith("sha256=") else beside is not None,
    )


def digest_or(digest: object) -> str | bool:
    """Return a digest, or that there is something without a digest."""
    return digest if isinstance(digest, str) and digest else True


class Anchors(HTMLParser):
    """Collects the links of an HTML page."""

    def __init__(self) -> None:
        super().__init__()
        self.base: str | None = None
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the link of `a`, and the first address of `base`."""
        attributes = dict(attrs)
        if attributes.get("href") and tag == "a":
            self.found.append(attributes)
        elif attributes.get("href") and tag == "base" and self.base is None:
            self.base = attributes["href"]
