"""Explain a word of the language or a module: what it says, its arguments, examples.

Modules are those of the library and those beside the program, in the current folder where none is named. Without a
word, all of them are listed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envc.cli.module_help import describe_module, module_names, module_page
from envc.declarations import words
from envc.language.fields import Entries, Flag, Items, Keyword, Positional, begins_of, layout_of, literals
from envc.language.word import Declaration

if TYPE_CHECKING:
    from envc.sources.modules import ModulesBeside


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("word", nargs="?", help="a word such as gpu, or a module such as serve.http")
    parser.add_argument(
        "--program", type=Path, help="the program beside which modules lie; the current folder otherwise"
    )


def run(options: argparse.Namespace) -> int:
    """Print a word's documentation."""
    if options.word is None:
        for name in words.names():
            word = words.find(name)
            assert word is not None  # noqa: S101  # it was just listed
            sys.stdout.write(f"{name:<8} {_documentation(word).splitlines()[0]}\n")
        sys.stdout.write("\nmodules of the library, made known by `use`\n")
        for name in module_names():
            if page := module_page(name):
                sys.stdout.write(f"  {name:<17} {page.summary}\n")
        if own := sorted({*_modules(options).names()} - {*module_names()}):
            sys.stdout.write("\nand beside the program\n" + "".join(f"  {name}\n" for name in own))
        return 0
    found = words.find(options.word)
    page = module_page(options.word, _modules(options)) if found is None else None
    if page is not None:
        sys.stdout.write(describe_module(page))
        return 0
    if found is None and (text := _within(options.word)):
        sys.stdout.write(text)
        return 0
    if found is None:
        from envc.diagnostics.suggestions import similar

        near = similar(options.word, [*words.names(), *_modules(options).names()])
        sys.stderr.write(f"envc: there is no word `{options.word}`" + (f"; `{near}` is near\n" if near else "\n"))
        return 1
    sys.stdout.write(describe(options.word, found))
    return 0


def _within(name: str) -> str:
    """Return what a word says that stands within items of others: `provides` of `base`, `drop`; nothing otherwise."""
    if name == "drop":
        return "`drop` stands behind a word, and takes away what a parent or a module says: `ml drop apex`\n"
    lines = []
    for word in words.names():
        model = words.find(word)
        assert model is not None  # noqa: S101  # it was just listed
        entries = layout_of(model).entries
        if name in layout_of(model).words or (entries and name in _words_of(entries[1])):
            lines.append(f"  {usage(word, model)}\n")
    return f"`{name}` stands within items, of which `envc help WORD` says more\n{''.join(lines)}" if lines else ""


def _words_of(entries: Entries) -> frozenset[str]:
    """Return every word that has a meaning within an entry of a list."""
    return begins_of(entries).union(layout_of(entries.model).words)


def _modules(options: argparse.Namespace) -> ModulesBeside:
    from envc.sources.modules import ModulesBeside

    return ModulesBeside(options.program.parent if options.program else Path(), ".")


def describe(name: str, word: type[Declaration]) -> str:
    """Return a word's documentation as text."""
    lines = [usage(name, word), "", _documentation(word), "", "examples"]
    lines += [f"  {example}" for example in word.examples]
    return "\n".join(lines) + "\n"


def usage(name: str, word: type[Declaration]) -> str:
    """Return how a word is written, from its fields."""
    layout = layout_of(word)
    parts = [name]
    first = (field for field, form in layout.positional if field in layout.required and not form.many)
    for field in dict.fromkeys((*first, *word.model_fields)):  # no keyword counts before what must stand
        information = word.model_fields[field]
        form = next(
            iter(one for one in information.metadata if isinstance(one, Positional | Keyword | Flag | Entries | Items)),
            None,
        )
        parts.append(_field(field, form, information.is_required(), literals(information.annotation)))
    if layout.entries and not _needs_block(layout.entries[1]):
        parts.append("| < one; … >")
    return " ".join(part for part in parts if part)


def _field(field: str, form: Any, required: bool, values: list[str]) -> str:
    if isinstance(form, Items):
        return "< item; … >"
    if isinstance(form, Flag):
        text = field
    elif isinstance(form, Keyword):
        text = f"{form.name or field} {'|'.join(values) or field.upper()}{'…' if form.many else ''}"
    elif isinstance(form, Positional):
        text = "|".join(values) if values else field.upper() + ("…" if form.many else "")
    elif isinstance(form, Entries):
        return f"< {_entry(form)}; … >" if _needs_block(form) else f"{_entry(form)} …"
    else:
        text = "|".join(values)
    return text if required else f"[{text}]"


def _entry(entries: Entries) -> str:
    """Return how an entry of a list is written: its arguments, and the keyword that the others stand behind."""
    layout, fields = layout_of(entries.model), entries.model.model_fields
    parts = [
        "|".join(literals(fields[field].annotation)) or field.upper() + ("…" if form.many else "")
        for field, form in layout.positional
    ]
    parts += [f"[{name} {'|'.join(sorted(form.first))} …]" for name, (_, form) in layout.keywords.items() if form.first]
    return " ".join(parts)


def _needs_block(entries: Entries) -> bool:
    """Say whether the arguments of an entry go on as far as they can: without a block the next one would be of them."""
    return any(form.many for _, form in layout_of(entries.model).positional)


def _documentation(word: type[Declaration]) -> str:
    from inspect import cleandoc

    return cleandoc(word.__doc__ or "")
