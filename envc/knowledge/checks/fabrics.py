"""A fabric tells each variable one thing."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction
from envc.knowledge.fabrics import FabricInterface, FabricSetting
from envc.knowledge.library import Library


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield variables that a fabric tells two things."""
    page = library.page("fabrics.env")
    told: set[tuple[str, str]] = set()
    for one in (*page.all(FabricSetting), *page.all(FabricInterface)):
        for name in (one.name,) if isinstance(one, FabricSetting) else one.names:
            if (one.kind, name) in told:
                yield contradiction(f"the fabric {one.kind} tells {name} two things", one.origin.span)
            told.add((one.kind, name))
