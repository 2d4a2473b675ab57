"""The words of the language, one file each. The folder is walked: a new word is a new file, listed nowhere else.

`envc/declarations/python.py` holds the class `Python`, which is the word `python`.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from envc.language.word import Declaration

_FOLDER = Path(__file__).parent


class _Folder:
    """Finds words by the names of their files; a word that no program uses is never imported."""

    @lru_cache  # noqa: B019  # there is one folder
    def find(self, name: str) -> type[Declaration] | None:
        """Return the word of this name, or None."""
        if name not in self.names():
            return None
        word: type[Declaration] = getattr(import_module(f"{__name__}.{name}"), name.capitalize())
        assert issubclass(word, Declaration)  # noqa: S101  # a file without its word is a bug
        return word

    @lru_cache  # noqa: B019  # there is one folder
    def names(self) -> list[str]:
        """Return every name, sorted."""
        return sorted(file.stem for file in _FOLDER.glob("[a-z]*.py"))


words = _Folder()
