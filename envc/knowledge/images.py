"""Digests of base images, for the day on which no registry answers. `stdlib/images.env`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from envc.knowledge.facts import Fact, Line, Page
from envc.knowledge.values import Digest, Month
from envc.language.fields import Choice, Flag, Keyword, Positional
from envc.language.values import Count

#: A tag of an official Python image with its patch: `3.12.15-slim-bookworm`.
_PATCH_TAG = re.compile(r"(\d+\.\d+)\.(\d+)-slim-([a-z]+)")
_PYTHON = "docker.io/library/python"


class KnownImage(Fact):
    """A digest that was seen beside a tag."""

    repository: Annotated[str, Positional()]
    tag: Annotated[str, Positional()]
    digest: Annotated[Digest, Positional(kinds=frozenset({"string"}))]
    #: `index` of all platforms, `manifest` of one, or not said.
    kind: Annotated[Literal["index", "unknown", "manifest"], Choice()]
    #: Of tag and digest belonging together.
    confidence: Annotated[Literal["high", "medium", "low"], Choice()]
    #: Independent projects that pin it for this tag, at least.
    seen: Annotated[Count, Keyword()]
    #: An upper bound for when it was built.
    dated: Annotated[Month | None, Keyword()] = None
    #: The tag moves on by itself.
    rolling: Annotated[bool, Flag()] = False
    #: The row to take for its tag.
    preferred: Annotated[bool, Flag()] = False


WORDS: Mapping[str, type[Line]] = {"image": KnownImage}


class Images:
    """The table of digests."""

    def __init__(self, page: Page) -> None:
        self.rows = page.all(KnownImage)
        self._usable = {(row.repository, row.tag): row for row in self.rows if row.preferred}

    def find(self, repository: str, tag: str) -> KnownImage | None:
        """Return the row to take for a tag, or None where none is usable."""
        return self._usable.get((repository, tag))

    def patches(self, minor: str, distribution: str) -> tuple[int, ...]:
        """Return the patches of a Python minor whose slim image of a distribution has a usable digest, newest first."""
        found = []
        for repository, tag in self._usable:
            match = _PATCH_TAG.fullmatch(tag)
            if repository == _PYTHON and match and (match[1], match[3]) == (minor, distribution):
                found.append(int(match[2]))
        return tuple(sorted(found, reverse=True))
