"""Which GPUs the builds of a package have kernels for, by architecture. `stdlib/gpus.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Keyword, Positional
from envc.language.values import Architecture, ShortVersion


class Kernels(Fact):
    """The architectures that the builds of a minor release for one CUDA or ROCm hold kernels for."""

    project: Annotated[str, Positional()]
    release: Annotated[ShortVersion, Positional()]
    cuda: Annotated[ShortVersion | None, Keyword()] = None
    rocm: Annotated[ShortVersion | None, Keyword()] = None
    #: Compute capabilities, or what AMD calls targets: `gfx942`.
    capabilities: Annotated[tuple[Architecture, ...], Keyword("for", many=True)]
    #: Capabilities whose PTX is there too, so that newer GPUs compile it at start.
    ptx: Annotated[tuple[ShortVersion, ...], Keyword(many=True)] = ()


class Capability(Fact):
    """The first release of a project with kernels for a compute capability, and the oldest CUDA of such a build."""

    capability: Annotated[ShortVersion, Positional()]
    project: Annotated[str, Keyword()]
    since: Annotated[ShortVersion, Keyword()]
    cuda: Annotated[ShortVersion, Keyword()]


class Compiler(Fact):
    """The compute capabilities that the compiler of a CUDA knows."""

    cuda: Annotated[ShortVersion, Keyword()]
    capabilities: Annotated[tuple[ShortVersion, ...], Keyword("for", many=True)]


WORDS: Mapping[str, type[Line]] = {"kernels": Kernels, "capability": Capability, "compiler": Compiler}


def runs_on(architecture: str, kernels: Kernels) -> bool:
    """Say whether a GPU runs kernels: those of its own major version up to its minor one, or any older PTX.

    A target of AMD's runs only what was compiled for it.
    """
    if architecture.startswith("gfx") or kernels.rocm:
        return architecture in kernels.capabilities
    major, minor = numbers(architecture)
    native = any(major == has[0] and minor >= has[1] for has in map(numbers, kernels.capabilities))
    return native or any((major, minor) >= numbers(ptx) for ptx in kernels.ptx)


def plain(architecture: str) -> str:
    """Return `9.0` of `9.0a` and of `9.0+PTX`; a target of AMD's stays as it is."""
    return architecture if architecture.startswith("gfx") else architecture.partition("+")[0].rstrip("abcdef")


def numbers(architecture: str) -> tuple[int, int]:
    """Return major and minor of a compute capability."""
    major, minor = plain(architecture).split(".")
    return int(major), int(minor)
