"""GPUs by the names that people give them. `stdlib/gpu-models.env`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, NamedTuple

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Keyword, Positional
from envc.language.values import Architecture, ShortVersion, Size

if TYPE_CHECKING:
    from envc.knowledge.library import Library

_BESIDE_THE_NAME = re.compile(r"nvidia|geforce|quadro|tesla|amd|radeon|instinct|sxm\d?|pcie|hbm\d?e?|[\s_-]")
_MEMORY = re.compile(r"(\d+)gi?b$")
_COMPILERS_NAME = re.compile(r"(?:sm|compute)_?(\d{1,2})(\d)([af]?)")


class Known(Fact):
    """The first CUDA that knows an architecture."""

    architecture: Annotated[Architecture, Positional()]
    cuda: Annotated[ShortVersion, Keyword()]


class Model(Fact):
    """A GPU that is sold under a name."""

    name: Annotated[str, Positional()]
    #: Further names.
    also: Annotated[tuple[str, ...], Keyword(many=True)] = ()
    architecture: Annotated[Architecture, Keyword()]
    #: The sizes there are of it; none where nobody wrote them down.
    memory: Annotated[tuple[Size, ...], Keyword(many=True)] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of its names."""
        return (self.name, *self.also)


WORDS: Mapping[str, type[Line]] = {"architecture": Known, "model": Model}


class Gpu(NamedTuple):
    """A GPU that a program names."""

    name: str
    architecture: str
    memory: int | None  # where one size alone is sold, or the name says it


class GpuModels:
    """Every GPU that has a name."""

    def __init__(self, models: tuple[Model, ...], known: tuple[Known, ...]) -> None:
        self.models = models
        self.known = known
        self._by_name = {bare(name): model for model in models for name in model.names}

    def find(self, name: str) -> Gpu | None:
        """Return the GPU that a name means, `rtx4090`, `A100 80GB`, `sm_90`, `gfx942`, or None."""
        text = name.lower()
        if match := _COMPILERS_NAME.fullmatch(text):
            return Gpu(name, f"{match[1]}.{match[2]}{match[3]}", None)
        if re.fullmatch(r"gfx\d{2,3}[\da-f]", text):
            return Gpu(text, text, None)
        if model := self._by_name.get(bare(text)):
            return Gpu(model.name, model.architecture, model.memory[0] if len(model.memory) == 1 else None)
        model, size = self._with_memory(bare(text))
        if model is None or (model.memory and size * 2**30 not in model.memory):
            return None
        return Gpu(f"{model.name} {size}GB", model.architecture, size * 2**30)

    def _with_memory(self, text: str) -> tuple[Model | None, int]:
        """Return the model before the memory in a name, and the memory: (A100, 80) of `a10080gb`."""
        match = _MEMORY.search(text)
        if match is None:
            return None, 0
        for digits in (1, 2, 3):
            size = match[1][-digits:]
            model = self._by_name.get(text[: match.end(1) - len(size)])
            if model and not size.startswith("0"):
                return model, int(size)
        return None, 0

    def nearest(self, name: str) -> tuple[str, ...]:
        """Return names that are near to one that nobody knows, best first: the same with other memory, then others."""
        text = bare(name)
        model, _ = self._with_memory(text)
        if model:
            return tuple(f"{model.name} {size // 2**30}GB" for size in model.memory)
        from difflib import get_close_matches

        return tuple(self._by_name[one].name for one in get_close_matches(text, self._by_name, n=3, cutoff=0.6))

    def first_cuda(self, architecture: str) -> Known | None:
        """Return from when on CUDA knows an architecture."""
        from envc.knowledge.gpus import plain

        return next((one for one in self.known if one.architecture == plain(architecture)), None)


def bare(name: str) -> str:
    """Return a name without its maker, the name of its line, blanks and case: `rtx4090`."""
    return _BESIDE_THE_NAME.sub("", name.lower())


def models_of(library: Library) -> GpuModels:
    """Return the GPUs that a library knows."""
    page = library.page("gpu-models.env")
    return GpuModels(page.all(Model), page.all(Known))


@lru_cache(maxsize=1)
def shipped_models() -> GpuModels:
    """Return the GPUs that this envc knows: what names mean is a matter of the language, not of a lock's library."""
    from envc.knowledge.library import shipped_library

    return models_of(shipped_library())
