"""How long a registry is waited for, and what a busy one says about itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from envc.resolvers.registry.failures import SilentError


class Limits(NamedTuple):
    """How long a registry is waited for, in seconds."""

    connect: float = 3.0
    read: float = 10.0  # between two pieces of an answer; a whole answer has three times as long
    wait: float = 20.0  # in all, between attempts while it says that it is busy


class Answer(NamedTuple):
    """What came back. Names of headers are read without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def pause(attempt: int, retry_after: str | None, now: float) -> float:
    """Return the seconds until the next attempt: what the registry asks for, else 0.5 doubled with each attempt from 0.

    `retry_after` is the header, seconds or a date (RFC 9110, 10.2.3); `now` is seconds since 1970.
    """
    from email.utils import parsedate_to_datetime

    if retry_after is not None:
        if retry_after.strip().isdigit():
            return float(retry_after)
        try:
            return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
        except ValueError:
            pass
    return float(0.5 * 2**attempt)


def busy(answer: Answer) -> SilentError:
    """Return why a registry does not serve at present: its own words, and how much it lets one ask for."""
    if answer.status != 429:
        return SilentError(f"it answers {answer.status}", "registry-failed", _words(answer))
    limit, after = answer.headers.get("RateLimit-Limit", ""), answer.headers.get("Retry-After", "")
    notes = [*_words(answer)]
    match = re.fullmatch(r"\s*([0-9]{1,9})(?:;w=([0-9]{1,9}))?.*", limit)
    if match:
        notes.append(f"its limit: {match[1]} requests" + (f" in {int(match[2]) / 3600:g} hours" if match[2] else ""))
    if after.strip().isdigit():
        notes.append(f"it asks to wait for {int(after)} seconds")
    return SilentError("it answers 429: too many requests", "registry-rate-limited", notes)


def _words(answer: Answer) -> list[str]:
    """Return the first message of an error document, on one line and not long."""
    try:
        message = json.loads(answer.body)["errors"][0]["message"]
    except (ValueError, LookupError, TypeError):
        return []
    words = " ".join(re.sub(r"[^\x20-\x7e]", " ", message).split())[:200] if isinstance(message, str) else ""
    return [f"it says: {words}"] if words else []
