"""Modules: items under a name, written in the language, in the program, beside it, or in the library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from envc import resources
from envc.diagnostics import Diagnostic, Fix, Label, Report, Source, Span
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.word import Words
from envc.syntax.parse import parse
from envc.syntax.program import Argument, Item, Program

#: What a module is called, and with it its file: `serve.http` is `serve/http.env`.
MODULE_NAME = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*")
_IN_A_MODULES_FILE = frozenset({"envc", "module", "use"})


class ModuleFiles(Protocol):
    """Where the files of modules are found by a module's name."""

    def find(self, name: str) -> Source | None:
        """Return the text of the module's file, or None."""
        ...

    def names(self) -> list[str]:
        """Return the names of all modules that are there, sorted."""
        ...


class LibraryModules:
    """The modules that envc brings."""

    def find(self, name: str) -> Source | None:
        """Return the text of the module's file, or None."""
        path = f"modules/{name.replace('.', '/')}.env"
        try:
            return Source(f"stdlib/{path}", resources.read_library(path))
        except FileNotFoundError:
            return None

    def names(self) -> list[str]:
        """Return the names of all modules that are there, sorted."""
        return [path.removesuffix(".env").replace("/", ".") for path in resources.library_paths("modules")]


class Module(NamedTuple):
    """A module, and the names that its items may use."""

    name: str
    item: Item
    scope: Scope


class Scope:
    """The modules that the items of one file may use: those of the file, and those that it asks for."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.own: dict[str, Module] = {}
        self.used: dict[str, Span] = {}
        self.missing: set[str] = set()  # asked for, and said to be missing

    def find(self, name: str) -> Module | None:
        """Return the module of this name, or None."""
        if name in self.own:
            return self.own[name]
        scope = self._shelf.files.get(name) if name in self.used else None
        return scope.own.get(name) if scope else None

    def names(self) -> list[str]:
        """Return the names of all modules that items here may use."""
        return sorted({*self.own, *self.used})


class Shelf:
    """Every file with modules that a program leads to, read once."""

    def __init__(self, words: Words, modules: ModuleFiles, mistakes: list[Diagnostic]) -> None:
        self.words = words
        self.modules = modules
        self.mistakes = mistakes
        self.files: dict[str, Scope] = {}
        self._waiting: list[tuple[Program, Scope]] = []

    def scope_of(self, program: Program) -> Scope:
        """Return what the items of a program may use, all files read that it leads to."""
        scope = Scope(self)
        self._waiting.append((program, scope))
        while self._waiting:
            self._read(*self._waiting.pop())
        return scope

    def _read(self, program: Program, scope: Scope) -> None:
        for item in program.items:
            if item.word == "module" and item.arguments:
                self._take(item, item.arguments[0], scope)
        for item in program.items:
            for name in item.arguments if item.word == "use" else ():
                self._use(name, scope)

    def _take(self, item: Item, name: Argument, scope: Scope) -> None:
        if self.words.find(name.value) is not None:
            self.mistakes.append(
                Diagnostic(
                    "hidden-word",
                    f"a module is called `{name.value}` as a word is",
                    (wrong(name.span, "hides the word"),),
                    helps=(f"give it a name of its own, such as `own.{name.value}`",),
                )
            )
        elif name.value in scope.own:
            first = scope.own[name.value].item.arguments[0].span
            self.mistakes.append(
                Diagnostic(
                    "repeated-name",
                    f"two modules are called `{name.value}`",
                    (wrong(name.span, "again here"), Label(first, "first here")),
                )
            )
        else:
            scope.own[name.value] = Module(name.value, item, scope)
            if MODULE_NAME.fullmatch(name.value) and _hides_the_librarys(name):
                self.mistakes.append(
                    Diagnostic(
                        "hidden-word",
                        f"a module is called `{name.value}` as one of the library is",
                        (wrong(name.span, "hides the library's"),),
                        helps=(f"give it a name of its own, such as `own.{name.value.rpartition('.')[2]}`",),
                    )
                )

    def _use(self, name: Argument, scope: Scope) -> None:
        if name.value in scope.own or not MODULE_NAME.fullmatch(name.value):
            known = f"it stands in `{name.span.source.path}` itself" if name.value in scope.own else "names no module"
            self.mistakes.append(
                Diagnostic("unknown-module", f"there is no module `{name.value}` to use", (wrong(name.span, known),))
            )
            return
        if name.value not in self.files and not self._open(name):
            scope.missing.add(name.value)
            return
        scope.used[name.value] = name.span

    def _open(self, name: Argument) -> bool:
        source = self.modules.find(name.value)
        if source is None:
            self.mistakes.append(_no_module(name, self.modules.names()))
            return False
        try:
            program = parse(source)
        except Report as report:
            self.mistakes.extend(report.diagnostics)
            return False
        for item in program.items:
            if item.word not in _IN_A_MODULES_FILE:
                self.mistakes.append(
                    Diagnostic(
                        "misplaced-word",
                        f"`{item.word}` stands in a module's file",
                        (wrong(item.word_span, "only `module` and `use` stand there"), Label(name.span, "used here")),
                    )
                )
        declared = [item.arguments[0].value for item in program.items if item.word == "module" and item.arguments]
        if name.value not in declared:
            label = Label(name.span, f"`{source.path}` has no `module {name.value}`", primary=True)
            notes = (f"it declares: {' '.join(declared)}",) if declared else ()
            self.mistakes.append(Diagnostic("unknown-module", f"there is no module `{name.value}`", (label,), notes))
            return False
        self.files[name.value] = Scope(self)
        self._waiting.append((program, self.files[name.value]))
        return True


def _hides_the_librarys(name: Argument) -> bool:
    source = LibraryModules().find(name.value)
    return source is not None and source.path != name.span.source.path


def _no_module(name: Argument, known: Sequence[str]) -> Diagnostic:
    near = similar(name.value, known)
    return Diagnostic(
        "unknown-module",
        f"there is no module `{name.value}`",
        (wrong(name.span, f"no `{name.value.replace('.', '/')}.env` in the library or beside the program"),),
        notes=(f"modules: {' '.join(known)}",) if known else (),
        fixes=(Fix("a module has a similar name", name.span, near),) if near else (),
    )
