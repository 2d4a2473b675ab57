"""What is said of arguments that a word has no place for, and of those that are of another kind. Pure."""

from __future__ import annotations

from collections.abc import Container, Sequence

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.fields import Layout, begins_of
from envc.syntax.kinds import kind_of
from envc.syntax.program import Argument, Kind

_NOUNS: dict[Kind, str] = {
    "word": "word",
    "number": "number",
    "string": "string",
    "script": "script",
    "reference": "parameter",
    "constraint": "version specifier",
}
#: How messages call what an argument is, and `brought_along` calls arguments that are no words.
KIND_NAMES: dict[Kind, str] = {kind: f"a {noun}" for kind, noun in _NOUNS.items()}


def unexpected(argument: Argument, word: str, layout: Layout, filled: Container[str]) -> Diagnostic:
    """Return what is said of an argument that the word does not know, or of one more than it takes.

    `filled` are the fields that have a value already: what says these is offered no more.
    """
    if argument.given is not None and layout.field_of(argument.value):
        return _no_keyword(argument, word)
    kind = KIND_NAMES[argument.kind]
    said = layout.brought_along.get(argument.value if argument.kind == "word" else kind)
    further = "further " if any(argument.kind in one.kinds for _, one in layout.positional) else ""
    begins = begins_of(layout.entries[1]) if layout.entries else frozenset[str]()
    known = sorted(begins.union(layout.words))
    return Diagnostic(
        "unexpected-argument",
        f"`{word}` takes no `{argument.value}`"
        if argument.kind == "word"
        else f"`{word}` takes no {further}{_NOUNS[argument.kind]}",
        (wrong(argument.span, "not known here"),),
        (f"behind `{word}` may stand: {' '.join(known)}",) if known else (),
        helps=(said,) if said else (),
        fixes=() if said else _fixes(argument, layout, begins, filled),
    )


def _no_keyword(argument: Argument, word: str) -> Diagnostic:
    """Return what is said of a parameter's value that would be a keyword if it stood there."""
    return Diagnostic(
        "unexpected-argument",
        f"`{word}` takes no further value",
        (wrong(argument.span, f"its value is `{argument.value}`, and the value of a parameter is never a keyword"),),
        helps=("write the word itself here, and a parameter for what stands behind it",),
    )


def _fixes(argument: Argument, layout: Layout, begins: frozenset[str], filled: Container[str]) -> tuple[Fix, ...]:
    """Return the word that is similar, or, before a text, the only word that an entry of the list begins with."""
    if argument.kind == "word":
        open_to = [*begins, *(one for one in layout.words if layout.field_of(one) not in filled)]
        near = similar(argument.value, open_to)
        return (Fix("an argument has a similar name", argument.span, near),) if near else ()
    if len(begins) != 1 or argument.kind not in {"string", "script"}:
        return ()
    (begin,) = begins
    source, start, _ = argument.span
    return (Fix(f"`{begin}` stands before it", Span(source, start, start), f"{begin} "),)


def stray(argument: Argument, word: str, entry: Layout, *, behind_address: bool) -> Diagnostic:
    """Return what is said of a word in an inline list that says nothing of the entry before it, and begins none."""
    said = entry.brought_along.get(argument.value)
    near = similar(argument.value, entry.words) if not said else None
    package = f"a package of that name stands before it, in a block, or in a `{word}` of its own"
    return Diagnostic(
        "unexpected-argument",
        f"`{argument.value}` behind {'an address' if behind_address else 'a name'} says nothing of it",
        (wrong(argument.span, "not known here"),),
        (f"there may stand: {' '.join(entry.words)}",),
        helps=(said or package,),
        fixes=(Fix("an argument has a similar name", argument.span, near),) if near else (),
    )


def wants_quotes(argument: Argument, kinds: frozenset[Kind]) -> bool:
    """Say whether an argument would be right in quotes."""
    bare = argument.kind in {"word", "number"} and argument.given is None
    return bare and argument.kind not in kinds and "string" in kinds


def wrong_kind(argument: Argument, kinds: frozenset[Kind], choices: Sequence[str], *, is_a_name: bool) -> Diagnostic:
    """Return what is said of an argument that is none of the kinds that belong in its place.

    `choices` are words that may stand there as well; with `is_a_name` it would be the next entry of a list without its
    quotes.
    """
    wanted = " or ".join(KIND_NAMES[kind] for kind in sorted(kinds))
    fixes: tuple[Fix, ...] = ()
    if wants_quotes(argument, kinds):
        fixes = (Fix("text stands in quotes", argument.span, f'"{argument.value}"', certain=True),)
    elif argument.kind == "string" and argument.given is None and kind_of(argument.value) in kinds:
        without = f"{KIND_NAMES[kind_of(argument.value)]} stands without quotes"
        fixes = (Fix(without, argument.span, argument.value, certain=True),)
    elif is_a_name:
        fixes = (Fix("names stand without quotes", argument.span, argument.value),)
    words = f"of words these may stand here: {' '.join(choices)}"
    return Diagnostic(
        "wrong-kind",
        f"{KIND_NAMES[argument.kind]} stands where {wanted} belongs",
        (wrong(argument.span, f"not {wanted}"),),
        notes=(words,) if choices and argument.kind == "word" else (),
        fixes=fixes,
    )
