"""Files from addresses into the folder, each by its SHA-256, several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event
from typing import NamedTuple
from urllib.parse import urlsplit

from envc.diagnostics.diagnostic import world_failed
from envc.lock.resolution import Progress
from envc.resolvers.artifacts.http import authorisation_for
from envc.resolvers.artifacts.transfer.failures import AnswerError, TransferError
from envc.resolvers.artifacts.transfer.reading import Limits
from envc.resolvers.artifacts.transfer.side_by_side import side_by_side
from envc.resolvers.artifacts.transfer.web import Web
from envc.resolvers.vendor.store import Store

_AT_ONCE = 6


class Wanted(NamedTuple):
    """A file, and the addresses that are asked for it in turn."""

    called: str  # in messages: `git 1:2.39.5-0+deb12u2`
    name: str  # in the folder
    sha256: str
    addresses: tuple[str, ...]


def download(wanted: Sequence[Wanted], store: Store, progress: Progress, limits: Limits | None = None) -> None:
    """Fetch what the folder does not have yet. Raises a `Report` named `file-not-fetched`."""
    lacking = [one for one in {one.name: one for one in wanted}.values() if not store.has(one.name, one.sha256)]
    if not lacking:
        return
    progress(f"{len(lacking)} files")
    stop = Event()
    web = Web(limits or Limits(), stop)
    try:
        side_by_side(lambda one: _fetch(one, store, web), lacking, _AT_ONCE, stop)
    finally:
        web.close()


def _fetch(one: Wanted, store: Store, web: Web) -> None:
    reasons = []
    for address in one.addresses:
        host = urlsplit(address).hostname or ""
        try:
            with store.writing(one.name) as file:
                found = web.measure(address, _judge, authorisation_for(address), keep=file)
                if found.sha256 != one.sha256:
                    raise AnswerError(f"it has other bytes: sha256 {found.sha256}")
        except TransferError as error:
            reasons.append(f"{host}: {error}")
        else:
            return
    raise world_failed(
        "file-not-fetched",
        f"`{one.called}` cannot be fetched",
        notes=(*reasons, f"wanted: sha256 {one.sha256}"),
        helps=("try again where its address can be reached", "`envc lock --upgrade` chooses what is there today"),
    )


def _judge(status: int, headers: Mapping[str, str], said: bytes) -> str | None:  # noqa: ARG001  # as others judge
    if status not in {200, 206}:
        raise AnswerError(f"it answers {status}")
    return None
