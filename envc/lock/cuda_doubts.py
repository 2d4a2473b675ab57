"""Packages whose names say that they are for a CUDA which the machines' drivers do not run. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.values import release
from envc.language.environment import Environment
from envc.language.facets import Accelerator, PythonPackage
from envc.lock.model import Lock
from envc.lock.why import why

#: The major version of CUDA in a name: `nvidia-nccl-cu13`, `cupy-cuda12x`, `jax-cuda13-plugin`.
_CUDA = re.compile(r"-(?:cu|cuda)(?P<major>1[0-9])x?(?:-|$)")


def cuda_of_name(name: str) -> int | None:
    """Return the major version of CUDA that a package is for, as its name says it."""
    found = _CUDA.search(name)
    return int(found["major"]) if found else None


def doubts_of_names(
    environment: Environment, accelerator: Accelerator, lock: Lock, said: Collection[str]
) -> Iterator[Diagnostic]:
    """Yield a warning for each package that the program asks for and that comes with packages of a newer CUDA.

    `said` are the names of those that were warned of already.
    """
    cuda = accelerator.cuda
    if not cuda:
        return
    found: dict[str, tuple[PythonPackage, set[str]]] = {}
    for package in lock.packages:
        if (cuda_of_name(package.name) or 0) > release(cuda)[0]:
            for reason in why(lock, environment, package.name)[:1]:
                found.setdefault(reason.asked.name, (reason.asked, set()))[1].add(package.name)
    for asked, names in found.values():
        if asked.name in said:
            continue
        newest = max(cuda_of_name(name) or 0 for name in names)
        itself = names == {asked.name}
        yield Diagnostic(
            "build-without-accelerator",
            f"`{asked.name}` {'is' if itself else 'comes with packages'} for CUDA {newest}, "
            f"which no driver for CUDA {cuda} runs",
            (
                wrong(asked.origin.of("name"), f"for CUDA {newest}"),
                Label(accelerator.origin.of("cuda"), "what the machines' drivers run"),
            ),
            notes=() if itself else (", ".join(sorted(names)),),
            helps=(
                f"ask for a release of `{asked.name}` for CUDA {release(cuda)[0]}, or for its package of that CUDA",
            ),
            severity="warning",
        )
