"""A fabric tells each variable one thing."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction
from envc.knowledge.fabrics import FabricInterface, FabricSetting
from envc.knowledge.facts import Fact
from envc.knowledge.library import Library


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield variables that a fabric tells two things."""
    page = library.page("fabrics.env")
    names: list[tuple[Fact, str, str]] = [(one, one.kind, one.name) for one in page.all(FabricSetting)]
    names += [(one, one.kind, name) for one in page.all(FabricInterface) for name in one.names]
    told: set[tuple[str, str]] = set()
    for one, kind, name in names:
        if (kind, name) in told:
            yield contradiction(f"the fabric {kind} tells {name} two things", one.origin.span)
        told.add((kind, name))
