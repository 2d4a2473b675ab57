"""System packages that only a build needs. `stdlib/apt.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Positional
from envc.language.values import Text


class BuilderOnly(Fact):
    """A package, or a pattern with `*`, that goes to the builder stage and never into the image."""

    pattern: Annotated[Text, Positional()]


WORDS: Mapping[str, type[Line]] = {"builder": BuilderOnly}
