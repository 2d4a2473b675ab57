"""The limits of `setrlimit` that container engines know, and how a program writes their values."""

from __future__ import annotations

from typing import Literal

from envc.language.values import read_duration, read_size, refuse

_SIZES = ("core", "data", "fsize", "memlock", "msgqueue", "rss", "stack")
_NUMBERS = ("locks", "nice", "nofile", "nproc", "rtprio", "sigpending")
#: Name and unit of each.
LIMITS: dict[str, Literal["size", "time", "number"]] = {
    **dict.fromkeys(_SIZES, "size"),
    "cpu": "time",
    **dict.fromkeys(_NUMBERS, "number"),
}
_UNLIMITED = "unlimited"


def readable_or_refused(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return pairs of names and values as they are. Raises the refusal of one that cannot be read."""
    for name, value in zip(texts[::2], texts[1::2], strict=False):
        if name not in LIMITS:
            refuse("unknown-choice", f"`{name}` is no limit; there are {' '.join(sorted(LIMITS))}")
        read_limit(name, value)
    if len(texts) % 2 or not texts:
        refuse("missing-argument", "each limit is a name and a value")
    return texts


def read_limit(name: str, text: str) -> tuple[int | None, int | None]:
    """Return the soft and the hard limit in the unit of `setrlimit`; None is without limit."""
    soft, colon, hard = text.partition(":")
    return _read(name, soft), _read(name, hard if colon else soft)


def _read(name: str, text: str) -> int | None:
    if text == _UNLIMITED:
        return None
    if LIMITS[name] == "size":
        return read_size(text)
    if LIMITS[name] == "time":
        milliseconds = read_duration(text)
        if milliseconds % 1000:
            refuse("unreadable-duration", "the kernel counts processor time in whole seconds")
        return milliseconds // 1000
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        refuse("unreadable-number", f"`{name}` takes a whole number or `unlimited`")
    return int(text)
