"""A name that no item has: one sentence for the words that name items of others. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar

#: So many names are shown, and to so many mistakes of one item a similar name is looked for.
MOST_NAMES = 30


def undeclared(
    diagnostic: str, word: str, name: str, place: Span, known: Iterable[str], example: str, *, before: int = 0
) -> Diagnostic:
    """Return the `diagnostic` of a `name` at a `place` that no item of a `word` has.

    `known` are the names that such items have. Where there is none, `example` is an item that declares one. `before`
    it stood so many others that are unknown.
    """
    names = sorted(set(known))
    near = similar(name, names) if before < MOST_NAMES else None
    shown = [*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])]
    return Diagnostic(
        diagnostic,
        f"there is no {word} `{name}`",
        (wrong(place, f"no `{word}` has this name"),),
        notes=(f"{word}s here: {' '.join(shown)}",) if names else (),
        helps=() if names else (f"declare it: {example}",),
        fixes=(Fix("one has a similar name", place, near),) if near else (),
    )
