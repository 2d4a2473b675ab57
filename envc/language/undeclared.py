"""A name that no item has: one sentence for the words that name items of others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.environment import Environment

#: So many names are shown, and to so many mistakes of one item a similar name is looked for.
MOST_NAMES = 30


def undeclared(
    diagnostic: str,
    name: str,
    place: Span,
    known: Iterable[str],
    example: str,
    environment: Environment,
    *,
    before: int = 0,
) -> Diagnostic:
    """Return the `diagnostic`, such as `unknown-build`, of a `name` at a `place` that no item of that word has here.

    `known` are the names that such items have. Where there is none, `example` is an item that declares one. `before`
    it stood so many others that are unknown.
    """
    word, names = diagnostic.removeprefix("unknown-"), sorted(set(known))
    platforms = " and ".join(_platforms_of(word, name, environment))
    near = similar(name, names) if before < MOST_NAMES and not platforms else None
    shown = [*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])]
    return Diagnostic(
        diagnostic,
        f"there is no {word} `{name}`" + (f" outside of {platforms}" if platforms else ""),
        (wrong(place, f"`{word} {name}` stands in `on` alone" if platforms else f"no `{word}` has this name"),),
        notes=(f"{word}s here: {' '.join(shown)}",) if names else (),
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
