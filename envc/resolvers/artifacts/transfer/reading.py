"""What a fetcher is given to work with, and what it answers in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from typing import NamedTuple


class Limits(NamedTuple):
    """How long a server is waited for, in seconds, and how often it is asked again."""

    connect: float = 5.0
    read: float = 30.0  # between two pieces of an answer
    pause: float = 0.5  # before the second attempt, doubled with each
    longest_pause: float = 30.0
    attempts: int = 5  # without any progress between them


class Reading(NamedTuple):
    """One reading of one artifact."""

    environ: Mapping[str, str]
    say: Callable[[str], None]  # how far it is
    stop: Event  # set when the work is no longer wanted
    limits: Limits = Limits()


class RemoteFile(NamedTuple):
    """A file of a folder, as a listing has it. `path` is relative to the folder."""

    path: str
    size: int
    mark: str  # what the server calls its bytes: an ETag, a git object
    sha256: str | None = None  # where the listing says it
