"""The types of fields that only facts have, and how versions of numbers are compared."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from envc.language.values import refuse


def release(version: str) -> tuple[int, ...]:
    """Return `12.6.3` as (12, 6, 3), to compare versions by."""
    return tuple(int(part) for part in version.split("."))


def minor(version: str) -> str:
    """Return `12.6` of `12.6.3`."""
    return ".".join(version.split(".")[:2])


def matches(prefix: str, version: str) -> bool:
    """Say whether a version is the one asked for, or a patch of it: `12.6` is met by `12.6.3`."""
    wanted = release(prefix)
    return release(version)[: len(wanted)] == wanted


_RANGE = re.compile(r"(\d+)\.(\d+)(?:\.\.(\d+)\.(\d+))?")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ADDRESS = re.compile(r"https://[a-z0-9.-]+(/[\w.-]+)*")


def _expand(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Write `3.9..3.13` out."""
    minors: list[str] = []
    for text in texts:
        match = _RANGE.fullmatch(text)
        if not match or (match[3] and (match[1] != match[3] or int(match[2]) >= int(match[4]))):
            refuse("unreadable-version", "versions are 3.12, or a range of one major version such as 3.9..3.13")
        minors.extend(f"{match[1]}.{number}" for number in range(int(match[2]), int(match[4] or match[2]) + 1))
    return tuple(minors)


def _pair(texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Read `torchvision 0.22.1 torchaudio 2.7.1`."""
    if len(texts) % 2:
        refuse("unreadable-version", "names and versions take turns")
    pairs = tuple(zip(texts[::2], texts[1::2], strict=True))
    if any(not name[:1].isalpha() or not version[:1].isdigit() for name, version in pairs):
        refuse("unreadable-version", "names and versions take turns")
    return pairs


def _matching(pattern: re.Pattern[str], name: str, message: str) -> AfterValidator:
    def check(text: str) -> str:
        return text if pattern.fullmatch(text) else refuse(name, message)

    return AfterValidator(check)


#: `3.9..3.13`, written out, in the order of the text.
Minors = Annotated[tuple[str, ...], BeforeValidator(_expand)]
#: Names and versions by turns.
NamedVersions = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_pair)]
#: `2026-11-24`.
Date = Annotated[str, _matching(_DATE, "unreadable-date", "a day is like 2026-11-24")]
#: `2026-11`.
Month = Annotated[str, _matching(_MONTH, "unreadable-date", "a month is like 2026-11")]
#: `sha256:` and 64 hexadecimal digits.
Digest = Annotated[str, _matching(_DIGEST, "unreadable-checksum", "a digest is sha256: and 64 hexadecimal digits")]
#: An address without port, user or query.
Address = Annotated[str, _matching(_ADDRESS, "unreadable-address", "an index is https://, a host and a path")]
