"""The word `base`: another base image than the one envc would choose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from envc.language.facets import BaseImage
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.values import Text, refuse
from envc.language.word import Declaration

_REFERENCE = re.compile(
    r"(?:[a-zA-Z0-9.-]+(?::\d+)?/)?[a-z0-9._-]+(?:/[a-z0-9._-]+)*(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)


def fixed_reference(reference: str) -> str:
    """Return the name of an image that stays the same image, or refuse it."""
    match = _REFERENCE.fullmatch(reference)
    if not match:
        refuse("unreadable-image", "an image is written as name:tag, such as python:3.12-slim-bookworm")
    if not match["digest"] and match["tag"] in {None, "latest"}:
        refuse("moving-image", "this changes without you: write a tag that names a version")
    return reference


class Base(Declaration):
    """Builds on an image of your own instead of the smallest official one that serves.

    The image must bring the Python that `python` asks for, with pip. Its tag is locked to a digest; `latest` is
    refused.
    """

    examples = ('base "python:3.12-slim-trixie"', 'base "registry.example.com/team/python:3.12.4"')

    image: Annotated[Text, AfterValidator(fixed_reference), Positional(kinds=frozenset({"string"}))]

    def facets(self, origin: Origin) -> Iterator[BaseImage]:
        """Return the image asked for."""
        yield BaseImage(self.image, origin)
