"""How `envc help` explains a module, of the library or of a folder: from its comment and its head."""

from __future__ import annotations

import re
from typing import NamedTuple

from envc.diagnostics import Source
from envc.language.modules import LibraryModules, ModuleFiles
from envc.language.parameters import read_head
from envc.syntax.parse import parse
from envc.syntax.program import Item


class ModulePage(NamedTuple):
    """What a module's file says about it: how it is written, what it is for, examples, its text."""

    usage: str
    summary: str
    text: str
    examples: tuple[str, ...]
    source: Source


def module_names() -> list[str]:
    """Return the names of the library's modules, sorted."""
    return LibraryModules().names()


def module_page(name: str, modules: ModuleFiles | None = None) -> ModulePage | None:
    """Return the page of a module, of the library where no others are given, or None when there is none of this name.

    Raises a Report for a file that has not the shape of the language.
    """
    source = (modules or LibraryModules()).find(name)
    if source is None:
        return None
    program = parse(source)
    named = (
        one for one in program.items if one.word == "module" and [arg.value for arg in one.arguments[:1]] == [name]
    )
    item = next(named, None)
    if item is None:
        return None
    comments = [
        one.text.removeprefix("#").removeprefix(" ")
        for one in program.comments
        if one.span.start < item.word_span.start
    ]
    examples = tuple(line.strip() for line in comments if line.startswith("    "))
    text = "\n".join(line for line in comments if not line.startswith("    ")).strip()
    summary = text.partition("\n")[0]
    return ModulePage(_usage(item), summary, text, examples, source)


def describe_module(page: ModulePage) -> str:
    """Return the page as text."""
    own = page.source.text
    begin = re.search(r"^(?:use|module) ", own, re.MULTILINE)
    lines = [page.usage, *(["", page.text] if page.text else [])]
    lines += ["", "examples", *(f"  {one}" for one in page.examples)] if page.examples else []
    lines += [
        "",
        page.source.path,
        "",
        *(f"  {line}".rstrip() for line in own[begin.start() if begin else 0 :].split("\n")),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _usage(item: Item) -> str:
    head = read_head(item)
    needed = [f"{name.value} {name.value.upper()}" for name in head.needs]
    optional = [f"[{pair.name.value} {pair.value.span.text}]" for pair in head.takes]
    return " ".join([item.arguments[0].value, *needed, *optional])
