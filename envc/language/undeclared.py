"""What is said of a name that stands for an item of another word, and that no such item has. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar


def undeclared(mistake: str, word: str, name: str, place: Span, known: Iterable[str], example: str) -> Diagnostic:
    """Return a mistake of a name that no item of a word has.

    `known` are the names that there are; where there is none, `example` declares one.
    """
    names = sorted(known)
    near = similar(name, names)
    return Diagnostic(
        mistake,
        f"there is no {word} `{name}`",
        (wrong(place, f"no `{word}` has this name"),),
        notes=(f"{word}s here: {' '.join(names)}",) if names else (),
        helps=() if names else (f"declare it: {example}",),
        fixes=(Fix("one has a similar name", place, near),) if near else (),
    )
