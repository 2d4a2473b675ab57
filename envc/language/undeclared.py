"""What is said of a name that stands for an item of another word, and that no such item has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.environment import Environment


def undeclared(
    mistake: str, word: str, name: str, place: Span, known: Iterable[str], example: str, environment: Environment
) -> Diagnostic:
    """Return a mistake of a name that no item of a word has.

    `known` are the names that there are; where there is none, `example` declares one.
    """
    names = sorted(known)
    platforms = " and ".join(_platforms_of(word, name, environment))
    near = similar(name, names) if not platforms else None
    return Diagnostic(
        mistake,
        f"there is no {word} `{name}`" + (f" outside of {platforms}" if platforms else ""),
        (wrong(place, f"`{word} {name}` stands in `on` alone" if platforms else f"no `{word}` has this name"),),
        notes=(f"{word}s here: {' '.join(names)}",) if names else (),
        helps=(f"declare it: {example}",) if not names and not platforms else (),
        fixes=(Fix("one has a similar name", place, near),) if near else (),
    )


def _platforms_of(word: str, name: str, environment: Environment) -> Iterator[str]:
    """Yield the platforms on which alone the environment's own text has an item of that word and name."""
    for on in environment.origin.item.block or ():
        named = on.arguments[0].value if on.word == "on" and on.arguments else ""
        inside = (one for one in on.block or () if one.word == word and one.arguments)
        if named and any(one.arguments[0].value == name for one in inside):
            yield named
