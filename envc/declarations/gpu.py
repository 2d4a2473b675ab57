"""The word `gpu`: the accelerators that the machines have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import Accelerator
from envc.language.fields import Choice, Flag, Keyword
from envc.language.origin import Origin
from envc.language.values import Architecture, Count, CudaVersion, ShortVersion, Size
from envc.language.word import Declaration


class Gpu(Declaration):
    """Says what GPUs the machines have, and with it which builds of packages fit.

    `cuda 11.3` is what the machines' driver speaks: a floor within its major version. envc may take a build for
    11.8, which a driver for 11.3 runs too (CUDA minor version compatibility), and says so; `exact` refuses that.
    Packages bring their own CUDA where they can, and then the image holds no other. `runtime` asks for NVIDIA's image
    of that flavour by name. `optional` lets the container start on a machine without a GPU.
    `architectures` are the GPUs' compute capabilities: what is compiled is compiled for them, and a build that is known
    to have no kernels for one of them is refused.
    """

    examples = (
        "gpu cuda 11.3",
        "gpu cuda 12.6 memory 24GiB",
        "gpu cuda 12.4 runtime cudnn 9 count 2",
        "gpu cuda 12.8 optional",
        "gpu cuda 12.8 architectures 8.0 9.0",
    )

    cuda: Annotated[CudaVersion | None, Keyword()] = None
    exact: Annotated[bool, Flag()] = False
    flavour: Annotated[Literal["base", "runtime", "devel"] | None, Choice()] = None
    cudnn: Annotated[ShortVersion | None, Keyword()] = None
    count: Annotated[Count | None, Keyword()] = None
    memory: Annotated[Size | None, Keyword()] = None
    optional: Annotated[bool, Flag()] = False
    architectures: Annotated[tuple[Architecture, ...], Keyword(many=True)] = ()

    def facets(self, origin: Origin) -> Iterator[Accelerator]:
        """Return the accelerator."""
        yield Accelerator(
            self.cuda,
            self.exact,
            self.flavour,
            self.cudnn,
            self.count,
            self.memory,
            self.optional,
            origin,
            tuple(dict.fromkeys(self.architectures)),
        )

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:  # noqa: ARG002
        """Refuse what makes no sense without a CUDA version."""
        for field, value in (("exact", self.exact), ("flavour", self.flavour), ("cudnn", self.cudnn)):
            if value and self.cuda is None:
                yield Diagnostic(
                    "missing-argument",
                    f"`gpu` lacks the CUDA version that `{origin.of(field).text}` speaks of",
                    (wrong(origin.of(field), "of which CUDA"),),
                    helps=("write `cuda` and a version in front of it",),
                )
