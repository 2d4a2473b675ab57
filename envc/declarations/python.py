"""The word `python`: the interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.language.facets import Interpreter
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.values import PythonVersion
from envc.language.word import Declaration


class Python(Declaration):
    """Chooses the Python.

    `python 3.12` takes the latest patch when the environment is locked, and stays with it until the lock is upgraded.
    `python 3.12.4` takes exactly that one. Packages lie in a virtual environment of their own, `/opt/venv`.
    """

    examples = ("python 3.12", "python 3.12.10")

    version: Annotated[PythonVersion, Positional(kinds=frozenset({"number"}))]

    def facets(self, origin: Origin) -> Iterator[Interpreter]:
        """Return the interpreter."""
        yield Interpreter(self.version, origin)
