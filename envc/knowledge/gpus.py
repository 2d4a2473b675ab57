"""Which GPUs the builds of a package have kernels for, by compute capability. `stdlib/gpus.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Keyword, Positional
from envc.language.values import ShortVersion


class Kernels(Fact):
    """The compute capabilities that the builds of a minor release for one CUDA hold kernels for."""

    project: Annotated[str, Positional()]
    release: Annotated[ShortVersion, Positional()]
    cuda: Annotated[ShortVersion, Keyword()]
    capabilities: Annotated[tuple[ShortVersion, ...], Keyword("for", many=True)]
    #: Capabilities whose PTX is there too, so that newer GPUs compile it at start.
    ptx: Annotated[tuple[ShortVersion, ...], Keyword(many=True)] = ()


class Capability(Fact):
    """The first release of a project with kernels for a compute capability, and the oldest CUDA of such a build."""

    capability: Annotated[ShortVersion, Positional()]
    project: Annotated[str, Keyword()]
    since: Annotated[ShortVersion, Keyword()]
    cuda: Annotated[ShortVersion, Keyword()]


WORDS: Mapping[str, type[Line]] = {"kernels": Kernels, "capability": Capability}
