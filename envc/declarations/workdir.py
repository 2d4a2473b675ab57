"""The word `workdir`: the folder that the command starts in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.language.facets import WorkingDirectory
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.values import OwnedPath
from envc.language.word import Declaration


class Workdir(Declaration):
    """Names the folder that the command starts in; `/app` without it. The container's user may write there."""

    examples = ('workdir "/workspace"',)

    path: Annotated[OwnedPath, Positional()]

    def facets(self, origin: Origin) -> Iterator[WorkingDirectory]:
        """Return the folder."""
        yield WorkingDirectory(self.path, origin)
