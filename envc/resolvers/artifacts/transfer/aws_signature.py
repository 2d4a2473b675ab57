"""Signature version 4, by which S3 knows who asks (AWS General Reference, "Signing AWS API requests").

Only what a GET without a body needs. The region of S3's own addresses is part of the signature.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl, quote, unquote, urlsplit

#: SHA-256 of no bytes: the body of a GET.
EMPTY = sha256(b"").hexdigest()
_ALGORITHM = "AWS4-HMAC-SHA256"
_SAFE = "-_.~"


@dataclass(frozen=True, slots=True)
class AwsCredentials:
    """Who asks. The secrets are not in its repr, so no log and no traceback shows them."""

    key: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)  # of a session


def signed_headers(
    url: str, credentials: AwsCredentials, region: str, now: datetime, headers: dict[str, str]
) -> dict[str, str]:
    """Return the headers that sign a GET of an address, beside those given, which are signed, too."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    parts = urlsplit(url)
    port = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{port}")
    added = {"x-amz-content-sha256": EMPTY, "x-amz-date": stamp}
    if credentials.token:
        added["x-amz-security-token"] = credentials.token
    named = {name.lower(): " ".join(value.split()) for name, value in {**headers, **added, "host": host}.items()}
    names = ";".join(sorted(named))
    request = "\n".join(
        (
            "GET",
            encoded(unquote(parts.path) or "/", safe="/"),
            _query(parts.query),
            *(f"{name}:{named[name]}" for name in sorted(named)),
            "",
            names,
            EMPTY,
        )
    )
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    text = "\n".join((_ALGORITHM, stamp, scope, sha256(request.encode()).hexdigest()))
    signature = hmac.new(_key(credentials.secret, stamp[:8], region), text.encode(), sha256).hexdigest()
    who = f"Credential={credentials.key}/{scope}"
    return {**added, "Authorization": f"{_ALGORITHM} {who}, SignedHeaders={names}, Signature={signature}"}


def encoded(text: str, safe: str = "") -> str:
    """Return a text as S3 wants it in addresses: every byte but letters, digits and `-_.~` as `%XX`."""
    return quote(text, safe=_SAFE + safe)


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return "&".join(f"{name}={value}" for name, value in sorted((encoded(one), encoded(two)) for one, two in pairs))


def _key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key
