"""Where in a program something was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from envc.diagnostics import Span
from envc.syntax.program import Item


class Origin(NamedTuple):
    """The item that said it, and the span of each field's own text."""

    item: Item
    spans: Mapping[str, Span]

    def of(self, field: str) -> Span:
        """Return the span of a field's text, or of the whole item where the field was left out."""
        found = self.spans.get(field)
        return self.item.span if found is None else found

    @property
    def span(self) -> Span:
        """The item without its block."""
        return self.item.span

    @property
    def clause(self) -> str:
        """The item's own text on one line, without its block, to be quoted in outputs."""
        from envc.syntax.format import format_item

        return format_item(self.item._replace(block=None)).splitlines()[0]
