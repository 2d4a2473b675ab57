"""What is said of values that the fields of a word refuse, at the arguments that they stand for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.fields import layout_of, literals
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
    written = {field: name for name, (field, _) in layout_of(model).keywords.items()}
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
            values = literals(model.model_fields[field].annotation)
            what = " or ".join(f"`{value}`" for value in values) if values else f"its {written.get(field, field)}"
            missing = "are" if not values and what.endswith("s") and not what.endswith(("ss", "us")) else "is"
            label = wrong(item.span, f"{what} {missing} missing")
            found.append(Diagnostic("missing-argument", f"`{item.word}` lacks {what}", (label,)))
        elif one["type"] == "literal_error":
            values = literals(model.model_fields[field].annotation)
            near = similar(said, values)
            found.append(
                Diagnostic(
                    "unknown-choice",
                    f"`{said}` is none of {', '.join(values)}",
                    (wrong(span, "not one of them"),),
                    fixes=(Fix("one of them is similar", span, near),) if near else (),
                )
            )
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
