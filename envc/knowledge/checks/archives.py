"""Archives have one name and one address each, and keys of one place for a distribution."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.archives import Archive
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.library import Library

_ADDRESS = re.compile(r"https?://[^/\s@]+(/[^/\s@]+)*")


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with the archives."""
    archives = library.page("archives.env").all(Archive)
    yield from repeated(archives, lambda one: one.name, "the archive")
    keyrings: dict[str, Archive] = {}
    for one in archives:
        for field in ("address", "snapshots"):
            if not _ADDRESS.fullmatch(getattr(one, field)):
                yield contradiction(f"{getattr(one, field)} is no address of an archive", one.origin.of(field))
        first = keyrings.setdefault(one.distribution, one)
        if first.keyring != one.keyring:
            yield contradiction(
                f"the archives of {one.distribution} have keys in two places",
                one.origin.of("keyring"),
                one.keyring,
                (first.origin.of("keyring"), first.keyring),
            )
