"""The word `ignore`: files that are never copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from envc.language.facets import IgnoredPath
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.values import ProgramPath, refuse
from envc.language.word import Declaration


def _no_syntax(pattern: str) -> str:
    if pattern.startswith(("!", "#")) or pattern != pattern.strip():
        refuse("unusable-pattern", "a pattern begins with neither ! nor #, and has no blank at its ends")
    return pattern


class Ignore(Declaration):
    """Leaves files out of what `copy` takes: names or patterns with `*`, at any depth.

    Caches, byte code, logs (`*.log`), version control, virtual environments, `node_modules` and notebooks' checkpoints
    are left out without being asked, and at the project's root `build`, `lockfiles` and `env`.
    """

    repeatable = True
    examples = ('ignore "*.ipynb" "notes"',)

    patterns: Annotated[tuple[Annotated[ProgramPath, AfterValidator(_no_syntax)], ...], Positional(many=True)]

    def facets(self, origin: Origin) -> Iterator[IgnoredPath]:
        """Return the patterns."""
        for pattern in self.patterns:
            yield IgnoredPath(pattern, origin)
