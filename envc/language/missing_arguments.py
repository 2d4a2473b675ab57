"""What is said of a field that must have a value and has none. Pure."""

from __future__ import annotations

from pydantic import BaseModel

from envc.diagnostics import Diagnostic, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.fields import Keyword, form_of, literals


def missing_argument(word: str, model: type[BaseModel], field: str, span: Span, behind: str = "") -> Diagnostic:
    """Return what is said at a place of a word's field that has no value; `behind` says more of the place."""
    what, is_missing = _what(model, field)
    return Diagnostic("missing-argument", f"`{word}` lacks {what}", (wrong(span, f"{what} {is_missing}{behind}"),))


def _what(model: type[BaseModel], field: str) -> tuple[str, str]:
    """Return what is missing, and that it is."""
    information = model.model_fields[field]
    form, values = form_of(information), literals(information.annotation)
    chosen = " or ".join(f"`{value}`" for value in values)
    if isinstance(form, Keyword):
        return f"`{form.name or field}` and {chosen or 'a value'}", "are missing"
    if chosen:
        return chosen, "is missing"
    several = field.endswith("s") and not field.endswith(("ss", "us"))
    return f"its {field}", "are missing" if several else "is missing"
