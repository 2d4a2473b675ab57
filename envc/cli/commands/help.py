"""Explain a word of the language or a module: what it says, its arguments, examples.

Modules are those of the library and those beside the program, in the current folder where none is named. Without a
word, all of them are listed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from envc.cli.module_help import describe_module, module_names, module_page
from envc.declarations import words
from envc.language.usage import describe, documentation, usage, words_within
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
    """Print what is known of a word, of a module, or of a word within items; the list of all where none is named.

    The exit code is 0, and 1 where nothing has the name. Raises a Report for a program of `--program` that cannot be
    read, and for a module whose file has not the shape of the language.
    """
    if options.program:
        from envc.sources.program import read_program

        read_program(options.program, str(options.program))
    modules = _modules(options)
    if options.word is None:
        sys.stdout.write(_list(modules))
        return 0
    text = _explained(options.word, modules)
    if text:
        sys.stdout.write(text)
        return 0
    from envc.diagnostics.suggestions import similar

    near = similar(options.word, [*words.names(), *modules.names()])
    sys.stderr.write(f"envc: there is no word `{options.word}`" + (f"; `{near}` is near\n" if near else "\n"))
    return 1


def _list(modules: ModulesBeside) -> str:
    """Return every word and every module, each with its summary; of modules beside the program the names alone."""
    library = [(name, page.summary) for name in module_names() if (page := module_page(name))]
    own = sorted({*modules.names()} - {*module_names()})
    text = _columns((name, documentation(word).splitlines()[0]) for name, word in _words())
    text += "\nmodules of the library, made known by `use`\n" + _columns((f"  {name}", said) for name, said in library)
    return text + ("\nand beside the program\n" + "".join(f"  {name}\n" for name in own) if own else "")


def _columns(rows: Iterable[tuple[str, str]]) -> str:
    rows = list(rows)
    width = max((len(name) for name, _ in rows), default=0)
    return "".join(f"{name:<{width}} {said}\n" for name, said in rows)


def _explained(name: str, modules: ModulesBeside) -> str:
    """Return what is known of a name; nothing where nothing has it."""
    word = words.find(name)
    if word is not None:
        return describe(name, word)
    page = module_page(name, modules)
    return describe_module(page) if page is not None else _within(name)


def _within(name: str) -> str:
    """Return what a word says that stands within items of others: `provides` of `base`, `drop`; nothing otherwise."""
    if name == "drop":
        return "`drop` stands behind a word, and takes away what a parent or a module says: `ml drop apex`\n"
    lines = [f"  {usage(one, word)}\n" for one, word in _words() if name in words_within(word)]
    return f"`{name}` stands within items, of which `envc help WORD` says more\n{''.join(lines)}" if lines else ""


def _words() -> list[tuple[str, type[Declaration]]]:
    return [(name, word) for name in words.names() if (word := words.find(name)) is not None]


def _modules(options: argparse.Namespace) -> ModulesBeside:
    from envc.sources.modules import ModulesBeside

    return ModulesBeside(options.program.parent if options.program else Path(), ".")
