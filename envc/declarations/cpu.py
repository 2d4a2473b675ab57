"""The word `cpu`: no accelerator, on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.built_for import cuda_of_index, cuda_of_name, cuda_of_wheel
from envc.language.environment import Environment
from envc.language.facets import Accelerator, PackageIndex, PythonPackage
from envc.language.origin import Origin
from envc.language.word import Declaration

if TYPE_CHECKING:
    from envc.knowledge.families import Family

_NOTHING = "says that nothing of CUDA comes in"


class Cpu(Declaration):
    """Says that the environment computes on the processor, so that nothing of CUDA may come into it.

    Without `gpu` the packages of `ml` are builds for the processor already. `cpu` holds that fast: `gpu` beside it is
    an error, and so is a package that `pip` would take from the default index as a build for CUDA, or that says so in
    its name (`cupy-cuda12x`) or in the address of its wheel or index (`+cu124`, `…/whl/cu124`).
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
        packages = environment.every(PythonPackage)
        for package in packages:
            cuda, place, what = _named_cuda(package, environment)
            if cuda:
                yield Diagnostic(
                    "contradiction",
                    f"`{package.name}` is taken as a build for CUDA {cuda}",
                    (wrong(place, f"its {what} says so"), Label(origin.span, _NOTHING)),
                    helps=(f"give the {what} of a build for the processor", "or ask for a GPU in place of `cpu`"),
                )
        plain = [one for one in packages if (not one.accelerated or one.extras) and one.source is None]
        if not plain:
            return
        from envc.knowledge.library import shipped_library

        library = shipped_library()
        elsewhere = {name for index in environment.every(PackageIndex) for name in index.packages}
        for package in plain:
            family = library.family_of(package.name)
            if family is None or not brings_cuda(package, family) or (package.name in elsewhere and not package.extras):
                continue
            yield Diagnostic(
                "contradiction",
                f"`{package.name}` of the default index is a build for CUDA",
                (wrong(package.origin.of("name"), "taken as it lies there"), Label(origin.span, _NOTHING)),
                fixes=(Fix("take the build for the processor", package.origin.item.word_span, "ml"),)
                if not package.extras
                else (),
            )


def _named_cuda(package: PythonPackage, environment: Environment) -> tuple[str | None, Span, str]:
    """Return the CUDA that a package's name, or the address of its wheel or index, names; where that stands; which."""
    if cuda := cuda_of_name(package.name):
        return cuda, package.origin.of("name"), "name"
    if package.source is not None:
        cuda = cuda_of_wheel(package.source.address) if package.source.kind == "wheel" else None
        return cuda, package.origin.of("source"), "address"
    for index in environment.every(PackageIndex):
        if package.name in index.packages:
            return cuda_of_index(index.address), index.origin.of("address"), "address"
    return None, package.origin.span, ""


def brings_cuda(package: PythonPackage, family: Family) -> bool:
    """Say whether a package comes with CUDA: a plain one by itself, any by an extra that the program names."""
    if any(extra.name in package.extras for extra in family.extras):
        return True
    return not package.accelerated and any(build.default for build in family.builds)
