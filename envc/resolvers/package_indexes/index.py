"""Which index each name belongs to, and what it offers there: pages and metadata, each read once."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar

from envc.lock.resolution import Given
from envc.resolvers.package_indexes import kept_pages
from envc.resolvers.package_indexes.alike import alike
from envc.resolvers.package_indexes.connections import Reply
from envc.resolvers.package_indexes.digests import digest_of
from envc.resolvers.package_indexes.kept import Kept
from envc.resolvers.package_indexes.metadata import Metadata, fault_of, fetch, headers_of, read_metadata, refused, ruled
from envc.resolvers.package_indexes.offered import NOT_OFFERED, Offered, offered_by_nobody
from envc.resolvers.package_indexes.page import ACCEPT, UNREADABLE, File, Page, Row, is_page, read_page, rows_named
from envc.resolvers.package_indexes.selection import Sorted, Taker
from envc.resolvers.package_indexes.session import IndexFailureError, Session, bare, is_secure
from envc.resolvers.pip_tools.inside.rules import NO_RULES, Rules
from envc.resolvers.stand_in import metadata_of

#: Python's default index, as pip knows it.
DEFAULT_INDEX = "https://pypi.org/simple"

#: How many pages are read ahead at once.
READERS = 12

T = TypeVar("T")


class Facts(NamedTuple):
    """What the index page says of one chosen version."""

    hashes: tuple[str, ...]  # of every wheel that admits the target's Python, sorted
    wheel: str
    size: int | None
    yanked: str | None
    sha256: str | None  # of that wheel, where the page states it


class Indexes:
    """The indexes of one request. Threads may ask it at once; a question that is being answered is not asked again.

    A name that is routed belongs to its index alone; any other to the first of `indexes` that has a file of it.
    """

    def __init__(
        self,
        session: Session,
        routes: dict[str, str],
        indexes: Iterable[str | None],
        taker: Taker,
        cache: Path,
        progress: Callable[[str], None],
        known: Iterable[Given] = (),
    ) -> None:
        self.session = session
        self.routes = routes
        self.indexes = tuple(address or DEFAULT_INDEX for address in indexes)
        self.taker = taker
        self.kept = Kept(cache)
        self.progress = progress
        self.known = {one.name: one for one in known}
        self.flat: frozenset[str] = frozenset()  # names whose index is one page of links to wheels
        self.digests = cache / "digests"
        self.pages: dict[str, Future[Page]] = {}  # those pages, by address
        self.offers: dict[str, Future[Offered]] = {}
        self.metadata: dict[tuple[str, str], Future[bytes]] = {}
        self.found: dict[tuple[str, str], Future[Facts]] = {}
        self.rules: Rules = NO_RULES
        self.lifted: frozenset[tuple[str, str]] = frozenset()  # withdrawn versions, shown to uv as if they were not
        self.passed_over: dict[str, dict[str, str]] = {}  # by name: files whose metadata is bad, and how
        self.lock = Lock()

    def once(self, answers: dict[Any, Future[T]], question: Any, find: Callable[[], T]) -> T:
        """Return the answer to a question that is asked once."""
        with self.lock:
            first = question not in answers
            answer = answers.setdefault(question, Future())
        if first:
            try:
                answer.set_result(find())
            except BaseException as error:  # noqa: BLE001 (whoever waits is told)
                named = answers is not self.pages  # a page of links is asked for by its address
                if isinstance(error, IndexFailureError) and error.facts["package"] is None and named:
                    error.facts["package"] = question if isinstance(question, str) else question[0]
                answer.set_exception(error)
        return answer.result()

    def offer(self, name: str) -> Offered:
        """Return what there is of a name; nothing when no index has it. Raises `IndexFailureError`."""
        return self.once(self.offers, name, lambda: self.find(name))

    def start_reading(self, names: Iterable[str]) -> None:
        """Begin to read the pages of names that will be asked for, probably. What fails is told to who asks."""
        waiting = deque(dict.fromkeys(names))

        def read() -> None:
            while waiting:
                with suppress(IndexError, IndexFailureError):
                    self.offer(waiting.popleft())

        for _ in range(min(READERS, len(waiting))):
            Thread(target=read, daemon=True).start()

    def find(self, name: str) -> Offered:
        """Read the pages of a name until one has files."""
        if name in self.known:
            return offered_by_nobody(self.known[name])
        self.progress(name)
        route = self.routes.get(name)
        if route and name in self.flat:
            links = self.once(self.pages, route, lambda: self.read_links(route))
            rows = rows_named(name, links.rows)
            return Offered(Page(links.address, lambda: rows), self.taker.sort(name, rows))
        for index in [route] if route else self.indexes:
            offered = self.read(name, f"{index.rstrip('/')}/{name}/")
            if offered is not None and offered.is_there:
                return offered
        return NOT_OFFERED

    def read_links(self, address: str) -> Page:
        """Return a page of links to wheels. Raises `IndexFailureError`."""
        try:
            reply = self.ask(address)
        except IndexFailureError as failure:
            if failure.facts["kind"] == "not-an-index":
                failure.facts["kind"] = "not-a-page"
            raise
        if reply is None:
            raise IndexFailureError("no-page", address, "", 404)
        page = understood(address, lambda: read_page(reply.url, kind_of(reply), reply.content))
        rows = understood(address, lambda: page.rows)
        return Page(page.address, lambda: rows)

    def read(self, name: str, address: str) -> Offered | None:
        """Return what the page of a name has, or None when the index does not have it. Raises `IndexFailureError`."""
        key = kept_pages.key_of(address, name, self.taker.target)
        known = kept_pages.load(self.kept, key)
        reply = self.ask(address, known.tag if known else None)
        if reply is None:
            return None
        if known is not None and reply.status == 304:
            return Offered(Page(known.address, lambda: self.rows_at(address)), known.sorted)

        def sort(page: Page) -> Sorted:
            return self.taker.sort(name, page.rows)

        def take() -> Offered:
            page, taken = kept_pages.taken_of(self.kept, key, known, reply, kind_of(reply), sort)
            return Offered(page, taken, is_there=bool(taken.choice or page.rows))

        return understood(address, take)

    def rows_at(self, address: str) -> list[Row]:
        """Return all files of a page that has not changed."""
        reply = self.ask(address)
        return understood(address, lambda: read_page(address, kind_of(reply), reply.content).rows) if reply else []

    def ask(self, address: str, tag: str | None = None) -> Reply | None:
        """Ask for a page, unless it is the one with a tag. Return None when the index does not have it.

        Raises `IndexFailureError`.
        """
        if not is_secure(address, self.session.settings.trusted_hosts):
            raise IndexFailureError("insecure", address)
        wanted = {"Accept": ACCEPT, "Cache-Control": "max-age=0"}
        reply = self.session.ask(address, {**wanted, "If-None-Match": tag} if tag else wanted)
        if reply.status == 404:
            return None
        if reply.status >= 400:
            kind = "unauthorised" if reply.status in {401, 403, 407} else "status"
            raise IndexFailureError(kind, address, "", reply.status)
        if not is_page(kind_of(reply)) and not (tag and reply.status == 304):
            raise IndexFailureError("not-an-index", address, kind_of(reply))
        return reply

    def metadata_of(self, name: str, version: str) -> bytes:
        """Return the METADATA of the wheel of a version that the target takes. Raises `LookupError` without one."""
        return self.once(self.metadata, (name, version), lambda: self.find_metadata(name, version))

    def find_metadata(self, name: str, version: str) -> bytes:
        """Read METADATA, from the cache where the page states the wheel's hash."""
        if name in self.known:
            return metadata_of(self.known[name])
        offered = self.offer(name)
        file = offered.choice[version]
        url = offered.page.url_of(file)
        key = key_of(url, file) if file.sha256 else None
        known = self.kept.get(key) if key else None
        if known is not None:
            return known
        content = headers_of(fetch(self.session, url, file)) + b"\n\n"
        if key:
            self.kept.put(key, content)
        return content

    def shown_metadata(self, name: str, version: str) -> bytes:
        """Return METADATA as uv is to see it: one whose Requires-Python refuses the target refuses every Python."""
        content = self.metadata_of(name, version)
        if fault := fault_of(content, name, version):
            filename = self.offer(name).choice[version].filename
            with self.lock:
                self.passed_over.setdefault(name, {})[filename] = fault
            return refused(name, version)
        needs = read_metadata(content).requires_python
        return ruled(content, name, self.rules) if self.taker.takes_python(needs) else refused(name, version)

    def needs(self, name: str, version: str) -> Metadata:
        """Return what a chosen version asks for, however the names of its wheels write it. Raises `LookupError`."""
        offered = self.offer(name)
        text = version if version in offered.choice else next(filter(alike(version), offered.choice), version)
        return read_metadata(self.metadata_of(name, text))

    def facts(self, name: str, version: str) -> Facts:
        """Return what the page says of a chosen version. Raises `LookupError` when it has no such version."""
        return self.once(self.found, (name, version), lambda: self.find_facts(name, version))

    def find_facts(self, name: str, version: str) -> Facts:
        """Look a version up, however the names of its wheels write it. A hash that the page does not state is made."""
        offered, same = self.offer(name), alike(version)
        taken = offered.choice.get(version) or next((one for text, one in offered.choice.items() if same(text)), None)
        if taken is None:
            raise LookupError(name)
        stated, silent = offered.sorted.stated, offered.sorted.silent
        digests = {digest for text in filter(same, stated) for digest in stated[text]}
        for url in (url for text in filter(same, silent) for url in silent[text]):
            if name not in self.flat or url == taken.url:  # such a page rarely states any
                digests.add(self.digest(offered.page.full(url)))
        hashes = tuple(sorted(f"sha256:{digest}" for digest in digests))
        return Facts(hashes, taken.filename, taken.size, taken.yanked, taken.sha256)

    def digest(self, url: str) -> str:
        """Return the hash of a file whose page states none."""
        return digest_of(self.session, url, self.digests)

    def pages_so_far(self) -> dict[str, Page]:
        """Return the pages of all names that were read."""
        return {
            name: answer.result().page
            for name, answer in list(self.offers.items())
            if name not in self.known and answer.done() and answer.exception() is None
        }

    def close(self) -> None:
        """Keep what was learnt, and close all connections."""
        self.kept.close()
        self.session.close()

    def withdrawn_so_far(self) -> dict[str, list[str]]:
        """Return the withdrawn versions of all names whose pages were read."""
        return {
            name: [version for version, file in answer.result().choice.items() if file.yanked is not None]
            for name, answer in list(self.offers.items())
            if answer.done() and answer.exception() is None
        }

    def read_so_far(self) -> dict[tuple[str, str], Metadata]:
        """Return all metadata that was read, by name and version."""
        return {
            key: read_metadata(ruled(answer.result(), key[0], self.rules))
            for key, answer in list(self.metadata.items())
            if answer.done() and answer.exception() is None
        }


def key_of(url: str, file: File) -> str:
    """Return what the METADATA of a wheel is kept by: its hash, and where it lies.

    One index must not speak for another: it could state the hash of another's wheel beside metadata of its own.
    """
    identity = "\n".join((bare(url), str(file.sha256), str(file.metadata)))
    return f"metadata {hashlib.sha256(identity.encode()).hexdigest()}"


def kind_of(reply: Reply) -> str:
    """Return the content type of a reply."""
    return reply.headers.get("Content-Type", "")


def understood(address: str, read: Callable[[], T]) -> T:
    """Return what is read of a page. Raises `IndexFailureError` when it cannot be understood."""
    try:
        return read()
    except UNREADABLE as error:
        raise IndexFailureError("unreadable", address, type(error).__name__) from error
