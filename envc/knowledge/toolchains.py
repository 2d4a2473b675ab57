"""Compilers and runtimes of official images. `stdlib/toolchains.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Keyword, Positional
from envc.language.values import Text

_STRING = frozenset({"string"})


class Toolchain(Fact):
    """What a toolchain is in its official image."""

    name: Annotated[str, Positional()]
    repository: Annotated[str, Keyword("image")]
    #: What stands behind the version in the tag: `slim-bookworm`.
    suffix: Annotated[str, Keyword("tag")]
    #: What of the image is copied, to the same place.
    paths: Annotated[tuple[Text, ...], Keyword(many=True, kinds=_STRING)]
    #: Folders that are put on PATH.
    programs: Annotated[tuple[Text, ...], Keyword(many=True, kinds=_STRING)] = ()
    #: `NAME=VALUE`.
    variables: Annotated[tuple[Text, ...], Keyword(many=True, kinds=_STRING)] = ()
    #: `PATH=TARGET`, symbolic links to make.
    links: Annotated[tuple[Text, ...], Keyword(many=True, kinds=_STRING)] = ()

    def reference(self, version: str) -> str:
        """Return the name of its image for a version: `docker.io/library/rust:1.85-slim-bookworm`."""
        return f"{self.repository}:{version}-{self.suffix}"


WORDS: Mapping[str, type[Line]] = {"toolchain": Toolchain}
