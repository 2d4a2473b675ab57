"""The word `copy`: files of the project in the image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.language.facets import CopiedPath
from envc.language.fields import Keyword, Positional
from envc.language.origin import Origin
from envc.language.values import ContainerPath, ProgramPath
from envc.language.word import Declaration


class Copy(Declaration):
    """Copies a file or a folder of the project into the image, last of all, so that a change rebuilds nothing else.

    The path is relative to the program. Without `at` it lies under the working directory by the same name. What is not
    copied is not even sent to the builder: the .dockerignore is derived.
    """

    repeatable = True
    examples = ('copy "src" at "/app/src"', 'copy "train.py"')

    source: Annotated[ProgramPath, Positional()]
    at: Annotated[ContainerPath | None, Keyword()] = None

    def facets(self, origin: Origin) -> Iterator[CopiedPath]:
        """Return the path; an empty place means under the working directory."""
        yield CopiedPath(self.source, self.at or "", origin)
