"""What is said of values that the fields of a word refuse, at the arguments that they stand for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.fields import literals
from envc.language.missing_arguments import missing_argument
from envc.language.script_lines import line_of
from envc.syntax.program import Item


def refusals(
    error: ValidationError,
    item: Item,
    model: type[BaseModel],
    spans: Mapping[str, Span],
    texts: Mapping[Span, str],
    owner: str | None,
) -> list[Diagnostic]:
    """Turn pydantic's findings into diagnostics at the arguments that they speak of.

    `texts` has the values of parameters, by where their references stand; `owner` is the word that an entry belongs to.
    """
    found = []
    errors = error.errors(include_url=False)
    if any(one["type"] == "literal_error" for one in errors):  # what is lacking depends on what was chosen
        errors = [one for one in errors if one["type"] != "missing"]
    for one in errors:
        field = str(one["loc"][0]) if one["loc"] else ""
        position = one.get("ctx", {}).get("position")
        place = one["loc"] if position is None else (*one["loc"], position)
        span = spans.get(".".join(map(str, place[:2])), spans.get(field, item.span))
        said = texts.get(span, span.text)
        if one["type"] == "missing":
            found.append(missing_argument(item.word, model, field, item.span))
        elif one["type"] == "literal_error":
            found.append(_unknown_choice(said, literals(model.model_fields[field].annotation), span))
        else:
            if (line := one.get("ctx", {}).get("line")) is not None and said == span.text:
                span = line_of(span, line)
                said = span.text
            word = owner if owner and span == item.word_span else item.word
            message, remedy = cannot_take(word, said), one.get("ctx", {}).get("remedy")
            helps = (str(remedy),) if remedy else ()
            instead = one.get("ctx", {}).get("instead")
            fixes = (Fix("here it is written so", span, str(instead)),) if instead else ()
            found.append(Diagnostic(one["type"], message, (wrong(span, one["msg"]),), helps=helps, fixes=fixes))
    return found


def cannot_take(word: str, said: str) -> str:
    """Return the message for a value that a word refuses: its beginning, on one line."""
    shown = re.sub(r"(?<=://)[^/@]*@", "…@", said[:400])  # what stands there may be a password
    refused = " ".join(shown[:80].split())
    return f"`{word}` cannot take `{refused if len(refused) <= 40 else refused[:37] + '…'}`"


def _unknown_choice(said: str, values: list[str], span: Span) -> Diagnostic:
    near = similar(said, values)
    only = values[0] if len(values) == 1 else ""
    return Diagnostic(
        "unknown-choice",
        f"`{said}` stands where `{only}` belongs" if only else f"`{said}` is none of {', '.join(values)}",
        (wrong(span, f"not `{only}`" if only else "not one of them"),),
        fixes=(Fix("it is similar" if only else "one of them is similar", span, near),) if near else (),
    )
