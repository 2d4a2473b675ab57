"""What is worth a warning when an environment is locked: nothing is wrong, and it may not be what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Accelerator, PythonPackage


def doubts(environment: Environment, library: Library) -> Iterator[Diagnostic]:
    """Yield warnings about builds that do not follow `gpu`, and about a CUDA that nobody has heard of."""
    accelerator = environment.one(Accelerator)
    if accelerator is None:
        return
    if accelerator.cuda and library.toolkit_driver(accelerator.cuda) is None:
        yield Diagnostic(
            "unknown-cuda",
            f"no CUDA {accelerator.cuda} is known",
            (wrong(accelerator.origin.of("cuda"), "not among the releases"),),
            notes=(f"what is known was read on {library.date}",),
            severity="warning",
        )
    for package in environment.every(PythonPackage):
        if not package.accelerated and library.family_of(package.name):
            yield Diagnostic(
                "build-without-accelerator",
                f"`{package.name}` is taken from Python's default index, whatever `gpu` says",
                (
                    wrong(package.origin.of("name"), "a plain package here"),
                    Label(accelerator.origin.span, "has no say in it"),
                ),
                helps=(f"`ml {package.name}` takes the build that fits the accelerator",),
                severity="warning",
            )
