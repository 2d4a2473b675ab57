"""The word `on`: items that hold on one platform only."""

from __future__ import annotations

from typing import Annotated, Literal

from envc.language.fields import Items, Positional
from envc.language.word import Declaration


class On(Declaration):
    """Says what holds on one platform only. There it lies over what is said for all of them, and replaces it."""

    repeatable = True
    examples = ("on linux/arm64 < pip onnxruntime 1.20; set OMP_NUM_THREADS 4 >",)

    platform: Annotated[Literal["linux/amd64", "linux/arm64"], Positional(kinds=frozenset({"word"}))]
    block: Annotated[tuple[()], Items("env")] = ()
