"""The word `constraints`: versions that are allowed, if somebody asks for the package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.language.facets import PackageFile
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.values import ProgramPath
from envc.language.word import Declaration


class Constraints(Declaration):
    """Bounds the versions of packages by a requirements file, as pip's `--constraint` does.

    The file asks for nothing: it counts for a package that the program or another package asks for. Markers in it are
    judged for the target.
    """

    repeatable = True
    examples = ('constraints "constraints.txt"',)

    listed: Annotated[ProgramPath, Positional(kinds=frozenset({"string"}))]

    def facets(self, origin: Origin) -> Iterator[PackageFile]:
        """Return the file."""
        yield PackageFile(self.listed, (), (), constraints=True, pinned=False, accelerated=False, origin=origin)
