"""What is said of a name that stands for an item of another word, and that no such item has. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar

#: So many names are shown, and to so many mistakes of one item a similar name is looked for.
MOST_NAMES = 30


def undeclared(
    mistake: str, word: str, name: str, place: Span, known: Iterable[str], example: str, *, before: int = 0
) -> Diagnostic:
    """Return a mistake of a name that no item of a word has.

    `known` are the names that there are; where there is none, `example` declares one. `before` it stood so many others.
    """
    names = sorted(known)
    near = similar(name, names) if before < MOST_NAMES else None
    shown = [*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])]
    return Diagnostic(
        mistake,
        f"there is no {word} `{name}`",
        (wrong(place, f"no `{word}` has this name"),),
        notes=(f"{word}s here: {' '.join(shown)}",) if names else (),
        helps=() if names else (f"declare it: {example}",),
        fixes=(Fix("one has a similar name", place, near),) if near else (),
    )
