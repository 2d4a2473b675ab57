"""The word `cache`: what a library downloads or computes once, kept from one container to the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from envc.diagnostics import Diagnostic
from envc.language.environment import Environment
from envc.language.facets import Artifact, Setting
from envc.language.fields import Choice, Keyword, Positional
from envc.language.origin import Origin
from envc.language.taken import taken_before
from envc.language.values import Name, OwnedPath
from envc.language.variables import refuse_taken_variable
from envc.language.word import Declaration

#: The variable by which a library is told where its cache lies.
_VARIABLES = {
    "cuda": "CUDA_CACHE_PATH",
    "huggingface": "HF_HOME",
    "keras": "KERAS_HOME",
    "matplotlib": "MPLCONFIGDIR",
    "nltk": "NLTK_DATA",
    "numba": "NUMBA_CACHE_DIR",
    "pip": "PIP_CACHE_DIR",
    "tensorflow-hub": "TFHUB_CACHE_DIR",
    "torch": "TORCH_HOME",
    "torch-inductor": "TORCHINDUCTOR_CACHE_DIR",
    "triton": "TRITON_CACHE_DIR",
    "uv": "UV_CACHE_DIR",
    "vllm": "VLLM_CACHE_ROOT",
    "wandb": "WANDB_CACHE_DIR",
}


class Cache(Declaration):
    """Keeps a cache in a volume that outlives the container, and tells the library of that name where it lies.

    Known are cuda, huggingface, keras, matplotlib, nltk, numba, pip, tensorflow-hub, torch, torch-inductor, triton, uv,
    vllm and wandb; any other name is a volume without a variable. All environments of a machine share the volume, the
    container's user may write to it, and neither lock nor image holds its bytes. `envc run --mount NAME=PATH` takes a
    folder instead.
    """

    repeatable = True
    examples = ('cache huggingface mounted at "/cache/huggingface"', 'cache torch mounted at "/cache/torch"')

    name: Annotated[Name, Positional()]
    delivery: Annotated[Literal["mounted"], Choice()]
    at: Annotated[OwnedPath, Keyword()]

    def facets(self, origin: Origin) -> Iterator[Artifact | Setting]:
        """Return the volume and the variable that names it."""
        yield Artifact("cache", self.name, "cache", None, None, self.delivery, self.at, True, origin)
        if self.name in _VARIABLES:
            yield Setting(_VARIABLES[self.name], self.at, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a name or a variable that is taken."""
        place = origin.of("name")
        labels = taken_before(environment, "artifact", self.name, place)
        if labels:
            yield Diagnostic("repeated-name", f"two mounts are called `{self.name}`", labels)
            return
        if self.name in _VARIABLES:
            yield from refuse_taken_variable(_VARIABLES[self.name], place, environment)
