"""What a wheel's version says that it was built for, against what the environment has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from envc.diagnostics import Diagnostic, Label, Report
from envc.diagnostics.diagnostic import wrong
from envc.language.built_for import built_for
from envc.language.environment import Environment
from envc.language.facets import Accelerator, PythonPackage
from envc.lock.accelerated_builds import BuildChoice
from envc.lock.wheels import Wheel


def check_wheel_builds(
    environment: Environment, wheels: Iterable[Wheel], versions: Mapping[str, str], builds: Iterable[BuildChoice]
) -> None:
    """Refuse wheels that were built for another torch or CUDA than there is. Raises a Report. `versions` by name."""
    cuda = next((build.cuda for build in builds if build.cuda and build.family.project == "torch"), None)
    accelerator = environment.one(Accelerator)
    cuda = cuda or built_for(versions.get("torch", ""))[0] or (accelerator and accelerator.cuda)
    mistakes = [one for wheel in wheels for one in _mistakes(environment, wheel, versions.get("torch"), cuda)]
    if mistakes:
        raise Report(mistakes)


def _mistakes(environment: Environment, wheel: Wheel, torch: str | None, cuda: str | None) -> Iterator[Diagnostic]:
    for_cuda, for_torch = built_for(wheel.found.version)
    if for_torch and torch and not f"{torch}.".startswith(f"{for_torch}."):
        yield _other(environment, wheel, "torch", for_torch, torch.partition("+")[0])
    if for_cuda and cuda and for_cuda.partition(".")[0] != cuda.partition(".")[0]:
        yield _other(environment, wheel, "CUDA", for_cuda, cuda)


def _other(environment: Environment, wheel: Wheel, what: str, wanted: str, there: str) -> Diagnostic:
    origin = wheel.package.origin
    labels = [wrong(origin.of("source"), f"built for {what} {wanted}")]
    asked = next((one for one in environment.every(PythonPackage) if one.name == "torch"), None)
    accelerator = environment.one(Accelerator)
    if what == "torch" and asked:
        labels.append(Label(asked.origin.of("version" if asked.specifier else "name"), f"torch {there} here"))
    elif what == "CUDA" and accelerator:
        labels.append(Label(accelerator.origin.of("cuda"), f"CUDA {there} here"))
    return Diagnostic(
        "wheel-for-another-build",
        f"the wheel of `{wheel.package.name}` was built for {what} {wanted}, and the environment has {there}",
        tuple(labels),
        notes=(f"its version says so: {wheel.found.version}",),
        helps=(f"take its wheel for {what} {there}", f"or ask for {what} {wanted}"),
    )
