"""The word `on`: items that hold on one platform only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from envc.diagnostics import Diagnostic
from envc.language.environment import Environment
from envc.language.fields import Items, Positional
from envc.language.origin import Origin
from envc.language.repetitions import said_nothing
from envc.language.word import Declaration


class On(Declaration):
    """Says what holds on one platform only. There it lies over what is said for all of them, and replaces it."""

    repeatable = True
    examples = ("on linux/arm64 < pip onnxruntime 1.20; set OMP_NUM_THREADS 4 >",)

    platform: Annotated[Literal["linux/amd64", "linux/arm64"], Positional(kinds=frozenset({"word"}))]
    block: Annotated[tuple[()], Items("env")] = ()

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:  # noqa: ARG002
        """Refuse one without a block, and warn of an empty one."""
        yield from said_nothing(origin)
