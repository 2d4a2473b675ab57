"""What is wrong with addresses: a password that lies open in one, plain http to another machine. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong

#: A name and a password before a host. What begins with `$` is a variable, whose value is elsewhere.
_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@\"']*:(?!\$|%\(|\{\{)[^\s/?#@\"']+@[^\s/?#@\"']")


def holds_password(text: str) -> bool:
    """Say whether an address in a text has a password in it."""
    return "://" in text and "@" in text and _PASSWORD.search(text) is not None


def refuse_password(text: str, place: Span, what: str, where: str = "image") -> Iterator[Diagnostic]:
    """Refuse a value with a password in an address; `what` it is the value of, and `where` it would lie."""
    if holds_password(text):
        yield Diagnostic(
            "secret-in-setting",
            f"the value of `{what}` would lie open in the {where}",
            (wrong(place, "an address with a password"),),
            helps=("`secret NAME as VARIABLE` gives the whole address to the container only while it runs",),
        )


def doubt_plain_http(address: str, place: Span, what: str) -> Iterator[Diagnostic]:
    """Warn of an address whose answers nobody checks on their way; `what` comes from there."""
    if not address.startswith("http://"):
        return
    from urllib.parse import urlsplit

    from envc.language.hosts import is_loopback

    if is_loopback(urlsplit(address).hostname or ""):
        return
    start = place.text.find("http://")
    scheme = Span(place.source, place.start + start, place.start + start + len("http"))
    yield Diagnostic(
        "plain-http",
        f"nobody checks {what} on the way",
        (wrong(place, "neither encrypted nor signed"),),
        notes=("what is locked is checked from then on, and what is asked before that is whatever answers",),
        fixes=(Fix("ask by https", scheme, "https"),) if start >= 0 else (),
        severity="warning",
    )
