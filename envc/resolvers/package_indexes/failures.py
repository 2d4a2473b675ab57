"""What went wrong on the way to an index, in the words that `pip_tools.failure` reads."""

from __future__ import annotations

import re


def named(error: Exception) -> tuple[str, str]:
    """Return what an exception of requests or urllib3 says about an index, by its kind, but not its address."""
    from http.client import IncompleteRead

    import requests
    import urllib3

    cut_off = (
        IncompleteRead,
        urllib3.exceptions.IncompleteRead,
        urllib3.exceptions.DecodeError,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    )
    reason = getattr(error.args[0], "reason", None) if error.args else None
    detail = re.sub(r"^.*?\): |^<[^>]*>: ", "", str(reason or error))
    inner = (error, reason, *error.args[1:])  # urllib3 has what broke a connection behind its words
    if any(isinstance(one, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) for one in inner):
        kind = "certificate"
    elif any(isinstance(one, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) for one in inner):
        kind = "proxy"
    elif any(isinstance(one, urllib3.exceptions.NameResolutionError) for one in inner):
        kind = "unknown-host"
    elif isinstance(error, requests.exceptions.TooManyRedirects):
        kind = "redirects"
    elif any(isinstance(one, cut_off) for one in inner):
        kind = "cut-off"
    elif any(isinstance(one, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)) for one in inner):
        # a connection that is refused or has no host is a kind of time-out to urllib3
        refused = isinstance(reason, urllib3.exceptions.NewConnectionError)
        kind = "connection" if refused else "timeout"
    else:
        kind = "connection"
    return kind, detail
