"""What is worth a warning when an environment is locked: nothing is wrong, and it may not be what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Accelerator, PythonPackage
from envc.lock.model import Lock
from envc.lock.why import why


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
        family = library.family_of(package.name)
        if family and not package.accelerated and not any(one.name in package.extras for one in family.extras):
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


def doubts_of_builds(environment: Environment, lock: Lock, library: Library) -> Iterator[Diagnostic]:
    """Yield a warning for each family that came along without its build for the accelerator.

    That is one whose project only other packages ask for, and they ask for it as it lies on the default index, without
    the extra that brings CUDA: the program would compute on the processor, and nobody would say so.
    """
    accelerator = environment.one(Accelerator)
    if accelerator is None or accelerator.optional:
        return
    asked = {package.name for package in environment.every(PythonPackage)}
    locked = {package.name for package in lock.packages}
    for family in library.families():
        if not family.extras or family.project not in locked - asked:
            continue
        reasons = why(lock, environment, family.project)
        labels = tuple(
            Label(reason.asked.origin.of("name"), f"needs {family.project}", primary=True) for reason in reasons[:3]
        )
        yield Diagnostic(
            "build-without-accelerator",
            f"`{family.project}` comes without what it computes on a GPU with",
            (*labels, Label(accelerator.origin.span, "has no say in what others ask for")),
            helps=(f"`ml {family.project}` beside it takes the build that fits the accelerator",),
            severity="warning",
        )
