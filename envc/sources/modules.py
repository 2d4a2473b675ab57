"""The files of modules: the library's first, then those beside the program. The network is never asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from envc.diagnostics import Source
from envc.language.modules import MODULE_NAME, LibraryModules
from envc.sources.program import read_program


class ModulesBeside:
    """Finds the modules of a program in a folder. `reads` hears of every file of the folder that is read."""

    def __init__(self, folder: Path, shown: str, reads: Callable[[Path], object] = lambda _: None) -> None:
        self._folder = folder
        self._shown = shown
        self._reads = reads
        self._library = LibraryModules()

    def find(self, name: str) -> Source | None:
        """Return the text of the module's file, or None. Raises a Report when the file is no text."""
        source = self._library.find(name)
        if source is not None:
            return source
        relative = f"{name.replace('.', '/')}.env"
        path = self._folder / relative
        if not path.is_file():
            return None
        self._reads(path)
        return read_program(path, relative if self._shown == "." else f"{self._shown}/{relative}")

    def names(self) -> list[str]:
        """Return the names of the library's modules and of those beside the program, sorted."""
        return self._names

    @cached_property
    def _names(self) -> list[str]:
        """The names, looked for once: every misspelt word asks for them."""
        return sorted({*self._library.names(), *self._beside()})

    def _beside(self) -> list[str]:
        """Return the modules that a look into the folder and those in it finds."""
        found = []
        for pattern in ("*.env", "*/*.env"):
            for path in self._folder.glob(pattern):
                name = ".".join(path.relative_to(self._folder).with_suffix("").parts)
                if MODULE_NAME.fullmatch(name) and _holds(path, name):
                    found.append(name)
        return found


def _holds(path: Path, name: str) -> bool:
    try:
        return path.is_file() and f"module {name}" in path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
