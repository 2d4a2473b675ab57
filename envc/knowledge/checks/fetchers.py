"""What fetches packages has one line, a toolchain that is known, and pairs where pairs belong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.library import Library

_PAIR = re.compile(r"[A-Za-z_]+=[A-Za-z0-9_./=-]+")


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with what fetches packages."""
    yield from repeated(library.fetchers(), lambda one: one.name, "the fetcher")
    for one in library.fetchers():
        if library.toolchain(one.toolchain) is None:
            yield contradiction(f"there is no toolchain {one.toolchain}", one.origin.of("toolchain"))
        for position, text in enumerate(one.variables):
            if not _PAIR.fullmatch(text):
                place = one.origin.of(f"variables.{position}")
                yield contradiction(f"{text} cannot be one of the variables of a fetcher", place)
