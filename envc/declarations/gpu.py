"""The word `gpu`: the accelerators that the machines have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic, Fix, Label
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.capabilities import unknown_capabilities
from envc.knowledge.named_gpus import NamedGpu, named, unknown_names
from envc.language.environment import Environment
from envc.language.facets import Accelerator, Flavour
from envc.language.fields import Choice, Flag, Keyword, Positional, layout_of
from envc.language.origin import Origin
from envc.language.repetitions import repetitions
from envc.language.values import Architecture, Count, CudaVersion, RocmVersion, ShortVersion, Size
from envc.language.word import Declaration


class Gpu(Declaration):
    """Says what GPUs the machines have, and with it which builds of packages fit.

    `cuda 11.3` is what the machines' driver speaks: a floor within its major version. envc may take a build for
    11.8, which a driver for 11.3 runs too (CUDA minor version compatibility), or where there is none one for an older
    11, and says so; `exact` refuses that.
    Packages bring their own CUDA where they can, and then the image holds no other. `runtime` asks for NVIDIA's image
    of that flavour by name. `optional` lets the container start on a machine without a GPU.
    GPUs by name, `h100`, `"RTX 4090"`, `"A100 80GB"`, `sm_90`, say their architectures; several names are several
    kinds of machines. `architectures` says them by compute capability. What is compiled is compiled for them, and a
    build that is known to have no kernels for one of them is not taken. `memory` follows from a name where all that is
    sold under it have the same.
    `rocm 6.4` is for AMD's GPUs, whose architectures are called `gfx942`: builds for that ROCm, and a container that
    gets the devices of AMD's driver.
    """

    examples = (
        "gpu cuda 11.3",
        "gpu cuda 12.6 memory 24GiB",
        "gpu cuda 12.4 runtime cudnn 9 count 2",
        "gpu cuda 12.8 optional",
        "gpu cuda 12.8 architectures 8.0 9.0",
        'gpu "RTX 4090"',
        "gpu a100 h100 cuda 12.8",
        "gpu rocm 6.4 architectures gfx942",
    )

    names: Annotated[tuple[str, ...], Positional(many=True)] = ()
    cuda: Annotated[CudaVersion | None, Keyword()] = None
    rocm: Annotated[RocmVersion | None, Keyword()] = None
    exact: Annotated[bool, Flag()] = False
    flavour: Annotated[Flavour | None, Choice()] = None
    cudnn: Annotated[ShortVersion | None, Keyword()] = None
    count: Annotated[Count | None, Keyword()] = None
    memory: Annotated[Size | None, Keyword()] = None
    optional: Annotated[bool, Flag()] = False
    architectures: Annotated[tuple[Architecture, ...], Keyword(many=True)] = ()

    def facets(self, origin: Origin) -> Iterator[Accelerator]:
        """Return the accelerator."""
        gpus = named(self.names)
        places: dict[str, str] = {}
        for gpu in gpus:
            places.setdefault(gpu.architecture, f"names.{gpu.first}")
        for position, architecture in enumerate(self.architectures):
            places.setdefault(architecture, f"architectures.{position}")
        sizes = [gpu.memory for gpu in gpus]
        yield Accelerator(
            self.cuda,
            self.exact,
            self.flavour,
            self.cudnn,
            self.count,
            self.memory or min((size for size in sizes if size), default=None) if all(sizes) else self.memory,
            self.optional,
            origin,
            tuple(places),
            tuple(places.values()),
            tuple(dict.fromkeys(gpu.name for gpu in gpus)),
            self.rocm,
        )

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:  # noqa: ARG002
        """Refuse GPUs that there are not, what makes no sense without CUDA, and GPUs of two makers."""
        yield from unknown_names(self.names, origin, layout_of(type(self)).words)
        (accelerator,) = self.facets(origin)
        places = [accelerator.place_of(position) for position in range(len(accelerator.architectures))]
        yield from unknown_capabilities(accelerator.architectures, places)
        yield from repetitions(self.architectures, "architectures", origin)
        for field, value in (("exact", self.exact), ("flavour", self.flavour), ("cudnn", self.cudnn)):
            if value and self.cuda is None:
                yield Diagnostic(
                    "missing-argument",
                    f"`gpu` lacks the CUDA version that `{origin.of(field).text}` speaks of",
                    (wrong(origin.of(field), "of which CUDA"),),
                    helps=("write `cuda` and a version in front of it",),
                )
        if self.cuda and self.rocm:
            yield Diagnostic(
                "contradiction",
                "an environment is for NVIDIA's GPUs or for AMD's",
                (wrong(origin.of("rocm"), "for AMD's"), Label(origin.of("cuda"), "for NVIDIA's")),
                helps=("write one environment for each, from a parent that has the rest: `env train-amd from train`",),
            )
        else:
            yield from self._of_the_other_maker(origin)
        if self.cuda:
            yield from self._too_old(self.cuda, origin)

    def _of_the_other_maker(self, origin: Origin) -> Iterator[Diagnostic]:
        """Yield architectures that the driver beside them does not know of, or those of two makers."""
        (accelerator,) = self.facets(origin)
        amd = [architecture.startswith("gfx") for architecture in accelerator.architectures]
        said = "rocm" if self.rocm else "cuda" if self.cuda else None
        if not amd or (said is None and len({*amd}) < 2):
            return
        wanted = self.rocm is not None if said else amd[0]
        position = next((place for place, one in enumerate(amd) if one is not wanted), None)
        if position is None:
            return
        yield Diagnostic(
            "contradiction",
            "an environment is for NVIDIA's GPUs or for AMD's",
            (
                wrong(accelerator.place_of(position), f"one of {'AMD' if amd[position] else 'NVIDIA'}'s"),
                Label(origin.of(said) if said else accelerator.place_of(0), f"for {'AMD' if wanted else 'NVIDIA'}'s"),
            ),
            helps=("write one environment for each, from a parent that has the rest: `env train-amd from train`",),
        )

    def _too_old(self, cuda: str, origin: Origin) -> Iterator[Diagnostic]:
        """Yield GPUs by name that no driver for this CUDA knows."""
        seen = set()
        for gpu in named(self.names):
            first = gpu.first_cuda
            if first is None or gpu.architecture in seen or _pair(cuda) >= _pair(first):
                continue
            seen.add(gpu.architecture)
            yield _needs_newer(gpu, first, cuda, origin)


def _needs_newer(gpu: NamedGpu, first: str, cuda: str, origin: Origin) -> Diagnostic:
    return Diagnostic(
        "contradiction",
        f"a machine with {gpu.name} has a newer driver than one for CUDA {cuda}",
        (
            wrong(origin.of("cuda"), "says what its driver speaks"),
            Label(origin.of(f"names.{gpu.first}"), f"architecture {gpu.architecture}, known from CUDA {first} on"),
        ),
        notes=("a build for an older CUDA would install, and fail when it first computes",),
        fixes=(Fix(f"say CUDA {first}, the first that knows it", origin.of("cuda"), first),),
    )


def _pair(cuda: str) -> tuple[int, int]:
    major, minor = cuda.split(".")[:2]
    return int(major), int(minor)
