"""What the target takes of large pages, kept from run to run: pages change rarely, and reading them takes long.

An index is asked for its page each time. What is kept counts while the page is byte for byte the one that it was made
of, or while the index says so by the page's tag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import packaging

import envc
from envc.lock.resolution import Target
from envc.resolvers.package_indexes.connections import Reply
from envc.resolvers.package_indexes.kept import Kept
from envc.resolvers.package_indexes.page import JSON, File, Page, read_page
from envc.resolvers.package_indexes.selection import Sorted
from envc.resolvers.package_indexes.session import bare

#: Bytes; a smaller page is read as fast as what would be kept of it.
SMALL = 48 * 1024

#: Of a sha256.
DIGITS = 64


class KeptPage(NamedTuple):
    """What is kept of a page."""

    digest: str  # of the page's content
    tag: str | None  # the page's ETag
    address: str  # where the page was in the end
    sorted: Sorted


def key_of(address: str, name: str, target: Target) -> str:
    """Return what is kept by: what a target takes of the page of a name, by the rules of this release."""
    rules = (envc.__version__, packaging.__version__)
    words = (*rules, bare(address), name, target.python, target.platform, *map(str, target.glibc))
    return f"page {hashlib.sha256(chr(10).join(words).encode()).hexdigest()}"


def load(kept: Kept, key: str) -> KeptPage | None:
    """Return what is kept, or None."""
    from pydantic_core import from_json

    text = kept.get(key)
    if text is None:
        return None
    try:
        head, _, rest = text.partition(b"\n")
        (digest, tag, address), content = from_json(head), from_json(rest, cache_strings="none")
        choice = {version: File(*fields) for version, fields in content["choice"].items()}
        stated = {version: digests.split() for version, digests in content["stated"].items()}
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    return KeptPage(digest, tag, address, Sorted(choice, stated, {}))


def save(kept: Kept, key: str, reply: Reply, content_digest: str, taken: Sorted) -> None:
    """Keep what is taken of a page. Nothing is kept of what states no hashes or may have secrets in its addresses."""
    if taken.silent or "?" in reply.url or any("?" in file.url or "@" in file.url for file in taken.choice.values()):
        return
    stated = {version: " ".join(map(str, digests)) for version, digests in taken.stated.items()}
    if any(len(text) != (DIGITS + 1) * len(taken.stated[version]) - 1 for version, text in stated.items()):
        return
    from pydantic_core import to_json  # it takes a third of the time of Python's own

    head = to_json([content_digest, reply.headers.get("ETag"), bare(reply.url)])
    content = {"choice": taken.choice, "stated": stated}
    kept.put(key, head + b"\n" + to_json(content))


def taken_of(
    kept: Kept, key: str, known: KeptPage | None, reply: Reply, kind: str, sort: Callable[[Page], Sorted]
) -> tuple[Page, Sorted]:
    """Return a page and what the target takes of it. Raises one of `UNREADABLE` when it cannot be understood."""
    page = read_page(reply.url, kind, reply.content)
    if len(reply.content) < SMALL or kind.partition(";")[0].strip().lower() != JSON:
        return page, sort(page)
    digest = hashlib.sha256(reply.content).hexdigest()
    if known is not None and (known.digest, known.address) == (digest, bare(reply.url)):
        return page, known.sorted
    taken = sort(page)
    save(kept, key, reply, digest, taken)
    return page, taken
