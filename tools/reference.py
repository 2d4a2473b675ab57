"""Writes `docs/reference.md` from the declarations of the words and the grammar: `python -m tools.reference`.

Nothing in that file is written by hand, and a test fails when it differs from what this program writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from envc.declarations import words
from envc.language import target_values, values
from envc.language.fields import Choice, Entries, Flag, Items, Keyword, Positional, literals
from envc.language.usage import usage
from envc.language.word import Declaration
from tools.ebnf import ebnf

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference.md"
_FORMS = (Positional, Keyword, Flag, Choice, Entries, Items)
_PLACES = {"file": "At the top of a program", "env": "Inside `env`"}
_HEAD = """\
# Reference of the language, edition 1

<!-- Written by `python -m tools.reference` from envc/declarations/ and grammar/envc.lark. Change those. -->

An item is a word, its arguments, and maybe a block of items: `word argument … < item; item >`. Items end at `;` or at
the end of the line. There are no keywords: what a word means is said by its declaration, and this page lists them all.
`envc help WORD` prints the same on a terminal; [refusals.md](refusals.md) says what the language has no word for.
"""


def reference() -> str:
    """Return the whole page."""
    parts = [_HEAD, "## Grammar\n", f"```ebnf\n{ebnf((ROOT / 'grammar' / 'envc.lark').read_text())}```\n"]
    known = {name: word for name in words.names() if (word := words.find(name)) is not None}
    for place in dict.fromkeys((*_PLACES, *(word.place for word in known.values()))):
        parts.append(f"## {_PLACES.get(place, f'In {place}')}\n")
        parts += [_word(name, word) for name, word in known.items() if word.place == place]
    return "\n".join(parts)


def _word(name: str, word: type[Declaration]) -> str:
    from inspect import cleandoc

    lines = [f"### {name}", "", f"`{usage(name, word)}`", "", cleandoc(word.__doc__ or ""), ""]
    fields = list(_fields(word))
    if fields:
        lines += ["| argument | written as | takes |", "|---|---|---|", *fields, ""]
    if word.repeatable:
        holder = "A program" if word.place == "file" else "An environment"
        lines += [f"{holder} may hold it more than once.", ""]
    if word.in_stages:
        lines += ["It may stand in `stage`.", ""]
    return "\n".join([*lines, "```", *word.examples, "```", ""])


def _fields(model: type[BaseModel], within: str = "") -> Iterator[str]:
    """Yield a row of the table for each field; fields of a list's entries follow their list."""
    for name, hint in get_type_hints(model, include_extras=True).items():
        information = model.model_fields.get(name)
        form = next((one for one in getattr(hint, "__metadata__", ()) if isinstance(one, _FORMS)), None)
        if information is None or form is None:
            continue
        if isinstance(form, Entries):
            yield from _fields(form.model, "each: ")
            continue
        needed = "" if information.is_required() else "; may be left out"
        yield f"| {within}{name} | {_written(name, form, hint)}{needed} | {_takes(form, hint)} |"


def _written(name: str, form: Any, hint: Any) -> str:
    if isinstance(form, Flag):
        return f"`{name}`"
    if isinstance(form, Choice):
        return " or ".join(f"`{value}`" for value in literals(hint))
    if isinstance(form, Items):
        return "a block of items"
    several = "one or several values" if form.many else "a value"
    return f"`{form.name or name}` and {several}" if isinstance(form, Keyword) else several


def _takes(form: Any, hint: Any) -> str:
    if isinstance(form, Flag | Items):
        return ""
    if found := literals(hint):
        return ", ".join(f"`{value}`" for value in found)
    return next(filter(None, map(_documented, _parts(hint))), "text")


def _parts(hint: Any) -> Iterator[Any]:
    """Yield the annotation and what it is made of, the outer ones first."""
    yield hint
    for inner in get_args(hint)[: 1 if hasattr(hint, "__metadata__") else None]:
        if get_origin(inner) is not None or hasattr(inner, "__metadata__"):
            yield from _parts(inner)


def _documented(hint: Any) -> str:
    """Return what is said above the type of this annotation where such types are, without the period."""
    metadata = [one for one in getattr(hint, "__metadata__", ()) if not isinstance(one, _FORMS)]
    best = ""
    for module in (values, target_values):
        for name, text in _comments(module).items():
            kind = getattr(getattr(module, name, None), "__metadata__", None)
            if kind and tuple(metadata[: len(kind)]) == kind:
                best = text
    return best


def _comments(module: ModuleType) -> dict[str, str]:
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    found = re.findall(r"^((?:#: .*\n)+)([A-Z]\w+) = Annotated", source, re.MULTILINE)
    return {name: " ".join(comment.replace("#: ", "").split()).removesuffix(".") for comment, name in found}


def main() -> None:
    """Write the page."""
    REFERENCE.parent.mkdir(exist_ok=True)
    REFERENCE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
