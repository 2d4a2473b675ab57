"""A page of a package index, in JSON (PEP 691) or HTML (PEP 503), read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
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


#: A file of a page as JSON has it (PEP 691).
Row = dict[str, Any]


class Page:
    """What an index has of one name. It is read when that is asked for, and what was read is not held: it is large."""

    def __init__(self, address: str, rows: Callable[[], list[Row]]) -> None:
        self.address = address  # where the page was in the end; may hold credentials
        self.read_rows = rows

    @property
    def rows(self) -> list[Row]:
        """The files as JSON has them, read anew each time."""
        return self.read_rows()

    @property
    def files(self) -> tuple[File, ...]:
        """The files, read anew each time."""
        return tuple(map(file_of, self.rows))

    def url_of(self, file: File) -> str:
        """Return the address of a file, without a fragment."""
        return self.full(file.url)

    def full(self, url: str) -> str:
        """Return an address that the page writes, whole and without a fragment."""
        return urljoin(self.address, url).partition("#")[0]


#: What there is of a name that no index has.
NOTHING = Page("", list)


def is_page(content_type: str) -> bool:
    """Tell whether a content type is that of an index page."""
    return content_type.partition(";")[0].strip().lower() in {JSON, *HTML}


def read_page(address: str, content_type: str, content: bytes) -> Page:
    """Return the page, which is not read yet: reading it raises one of `UNREADABLE` when it cannot be understood."""
    if content_type.partition(";")[0].strip().lower() == JSON:
        return Page(address, lambda: [row for row in read_json(content)["files"] if row.get("url") is not None])
    anchors = Anchors()
    anchors.feed(content.decode("utf-8", "replace"))
    anchors.close()
    rows = [row_of(anchor) for anchor in anchors.found]
    return Page(urljoin(address, anchors.base) if anchors.base else address, lambda: rows)


def read_json(content: bytes) -> Any:
    """Return what a JSON page says, read by the parser that pydantic brings: it takes half as long."""
    from pydantic_core import from_json

    try:
        return from_json(content, cache_strings="keys")
    except ValueError:  # it is stricter in some ways than Python's, which pip reads pages with
        return json.loads(content)


#: What reading raises for a page that is none.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


def filename_of(url: str) -> str:
    """Return the name of the file that an address ends with."""
    if "#" in url or "?" in url:
        url = url.partition("#")[0].partition("?")[0]
    name = url[url.rfind("/") + 1 :]
    return unquote(name) if "%" in name else name


def rows_named(name: str, rows: Iterable[Row]) -> list[Row]:
    """Return the files of a page of links that claim to be of a package."""
    return [row for row in rows if name_of(filename_of(row["url"])) == name]


def name_of(filename: str) -> str:
    """Return the name of the package that a file claims to be of."""
    before, _, _ = filename.partition("-") if filename.endswith(".whl") else filename.rpartition("-")
    return normalised(before)


def file_of(row: Row) -> File:
    """Return a file of a page."""
    size = row.get("size")
    beside = row.get("core-metadata", row.get("dist-info-metadata"))
    digest = row["hashes"].get("sha256")
    needs = row.get("requires-python")
    return File(
        filename_of(row["url"]),
        row["url"],
        str(digest) if digest else None,
        size if isinstance(size, int) else None,
        str(needs) if needs else None,
        withdrawn(row),
        digest_or(beside.get("sha256")) if isinstance(beside, dict) else bool(beside),
    )


def withdrawn(row: Row) -> str | None:
    """Return why a file was withdrawn, which may be empty; None when it was not."""
    yanked = row.get("yanked")
    return (yanked if isinstance(yanked, str) else "") if yanked else None


def rows_for(page: Page) -> list[list[Any]]:
    """Return the files of a page as `pip_tools.uploads` reads them."""
    return [[file.filename, file.requires_python, file.yanked is not None] for file in page.files]


def row_of(attributes: dict[str, str | None]) -> Row:
    """Return a file of an HTML page as JSON has it."""
    url = attributes["href"] or ""
    kind, _, digest = url.partition("#")[2].partition("&")[0].partition("=")
    beside = attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))
    stated = beside.removeprefix("sha256=") if beside and beside.startswith("sha256=") else None
    return {
        "url": url,
        "hashes": {"sha256": digest} if kind == "sha256" and digest else {},
        "requires-python": attributes.get("data-requires-python"),
        "yanked": (attributes["data-yanked"] or True) if "data-yanked" in attributes else False,
        "core-metadata": {"sha256": stated} if stated else beside is not None,
    }


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
