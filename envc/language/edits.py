"""Edits that a reader can make: in the program's own text, and where a value was written rather than referred to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from envc.diagnostics import Fix
from envc.language.environment import Environment
from envc.language.parameters import values_in


def in_own_text(fixes: Iterable[Fix], environment: Environment) -> Iterator[Fix]:
    """Yield the fixes that edit the program; one of a reference edits the value."""
    values = {place: value for one in environment.declared for place, value in values_in(one.origin.item).items()}
    source = environment.origin.span.source
    for fix in fixes:
        span = values.get(fix.span, fix.span)
        removes_a_value = fix.span in values and not fix.replacement
        if span.source is source and not removes_a_value:
            yield fix._replace(span=span)
