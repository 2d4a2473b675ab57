"""The word `cpu`: no accelerator, on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from envc.diagnostics import Diagnostic, Fix, Label
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import Accelerator, PythonPackage
from envc.language.origin import Origin
from envc.language.word import Declaration

if TYPE_CHECKING:
    from envc.knowledge.families import Family


class Cpu(Declaration):
    """Says that the environment computes on the processor, so that nothing of CUDA may come into it.

    Without `gpu` the packages of `ml` are builds for the processor already. `cpu` holds that fast: `gpu` beside it is
    an error, and so is a package that `pip` would take from the default index as a build for CUDA.
    """

    examples = ("cpu",)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a GPU, and packages that would bring CUDA."""
        accelerator = environment.one(Accelerator)
        if accelerator:
            yield Diagnostic(
                "contradiction",
                "an environment for the processor has no GPU",
                (wrong(accelerator.origin.span, "asks for one"), Label(origin.span, "says that there is none")),
            )
        packages = [one for one in environment.every(PythonPackage) if not one.accelerated or one.extras]
        if not packages:
            return
        from envc.knowledge.library import shipped_library

        library = shipped_library()
        for package in packages:
            family = library.family_of(package.name)
            if family is None or not brings_cuda(package, family):
                continue
            yield Diagnostic(
                "contradiction",
                f"`{package.name}` of the default index is a build for CUDA",
                (
                    wrong(package.origin.of("name"), "taken as it lies there"),
                    Label(origin.span, "says that nothing of CUDA comes in"),
                ),
                fixes=(Fix("take the build for the processor", package.origin.item.word_span, "ml"),)
                if not package.extras
                else (),
            )


def brings_cuda(package: PythonPackage, family: Family) -> bool:
    """Say whether a package comes with CUDA: a plain one by itself, any by an extra that the program names."""
    if any(extra.name in package.extras for extra in family.extras):
        return True
    return not package.accelerated and any(build.default for build in family.builds)
