"""How a word is written, in one line, and its documentation: read off its fields. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import cleandoc

from envc.language.fields import (
    Entries,
    Flag,
    Form,
    Items,
    Keyword,
    Layout,
    Positional,
    begins_of,
    form_of,
    layout_of,
    literals,
)
from envc.language.word import Declaration


def describe(name: str, word: type[Declaration]) -> str:
    """Return a word's documentation as text."""
    lines = [usage(name, word), "", documentation(word), "", "examples"]
    lines += [f"  {example}" for example in word.examples]
    return "\n".join(lines) + "\n"


def documentation(word: type[Declaration]) -> str:
    """Return what a word's declaration says about it; the first line is the summary."""
    return cleandoc(word.__doc__ or "")


def usage(name: str, word: type[Declaration]) -> str:
    """Return how a word is written, from its fields."""
    layout = layout_of(word)
    parts = [name]
    first = (field for field, form in layout.positional if field in layout.required and not form.many)
    for field in dict.fromkeys((*first, *word.model_fields)):  # no keyword counts before what must stand
        information = word.model_fields[field]
        form, values = form_of(information), literals(information.annotation)
        if isinstance(form, Entries):
            parts.append(_list(form, layout))
        else:
            parts.append(_field(field, form, information.is_required(), values))
    if layout.entries and not _needs_block(layout.entries[1]):
        parts.append("| < one; … >")
    return " ".join(part for part in parts if part)


def words_within(word: type[Declaration]) -> frozenset[str]:
    """Return every word that has a meaning among the arguments of a word, or within an entry of its list."""
    layout = layout_of(word)
    if not layout.entries:
        return frozenset(layout.words)
    entries = layout.entries[1]
    return begins_of(entries).union(layout.words, layout_of(entries.model).words)


def _field(field: str, form: Form | None, required: bool, values: list[str]) -> str:
    """Return how a field is written, in brackets where it may be left out; nothing of one that is not written."""
    if isinstance(form, Items):
        return "< item; … >"
    if isinstance(form, Flag):
        text = field
    elif isinstance(form, Keyword):
        several = " …" if form.first else "…" if form.many else ""
        text = f"{form.name or field} {'|'.join([*sorted(form.first), *values]) or field.upper()}{several}"
    elif isinstance(form, Positional):
        text = "|".join(values) if values else field.upper() + ("…" if form.many else "")
    else:
        text = "|".join(values)
    return text if required or not text else f"[{text}]"


def _list(entries: Entries, layout: Layout) -> str:
    """Return how a list is written; in one line a word that both have is the list's."""
    text = f"< {_entry(entries)}; … >" if _needs_block(entries) else f"{_entry(entries, layout.words)} …"
    return f"[{text}]" if entries.optional else text


def _entry(entries: Entries, of_list: Sequence[str] = ()) -> str:
    """Return how an entry is written, without words that belong to its list: what has no keyword stands first."""
    layout, fields = layout_of(entries.model), entries.model.model_fields
    shared = {layout.field_of(word) for word in of_list if not _first_of(word, layout)}
    parts = []
    for field in dict.fromkeys((*(name for name, _ in layout.positional), *fields)):
        if field not in shared:
            form, values = form_of(fields[field]), literals(fields[field].annotation)
            parts.append(_field(field, form, fields[field].is_required(), values))
    return " ".join(part for part in parts if part)


def _needs_block(entries: Entries) -> bool:
    """Say whether an entry is shown in a block: what stands behind it would be of it, or begins the next one."""
    positional = layout_of(entries.model).positional
    return any(form.many for _, form in positional) or (bool(begins_of(entries)) and len(positional) > 1)


def _first_of(word: str, entry: Layout) -> frozenset[str]:
    """Return the words that say, behind a keyword, that it belongs to the entry before it."""
    return entry.keywords[word][1].first if word in entry.keywords else frozenset()
