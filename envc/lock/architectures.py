"""Whether the chosen builds have kernels for the GPUs that the program names. Pure; what nobody knows passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.gpus import Kernels
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Accelerator
from envc.lock.builds import BuildChoice
from envc.lock.resolution import Package


def check_architectures(
    environment: Environment, builds: Iterable[BuildChoice], packages: Iterable[Package], library: Library
) -> None:
    """Raise a Report for each architecture that a chosen build is known not to run on."""
    accelerator = environment.one(Accelerator)
    if accelerator is None or not accelerator.architectures:
        return
    versions = {package.name: package.version.partition("+")[0] for package in packages}
    mistakes = []
    for build in builds:
        version = versions.get(build.family.project)
        kernels = library.kernels(build.family.project, version, build.cuda) if version and build.cuda else None
        if version and kernels:
            mistakes += list(_mistakes(accelerator, build, version, kernels, library))
    if mistakes:
        raise Report(mistakes)


def _mistakes(
    accelerator: Accelerator, build: BuildChoice, version: str, kernels: Kernels, library: Library
) -> Iterator[Diagnostic]:
    project = build.family.project
    for position, architecture in enumerate(accelerator.architectures):
        if runs_on(architecture, kernels):
            continue
        first = library.capability(project, _plain(architecture))
        newer = (f"{project} {first.since} built for CUDA {first.cuda} is the first that has them",) if first else ()
        yield Diagnostic(
            "no-kernels",
            f"{project} {version} for CUDA {build.cuda} has no kernels for GPUs of architecture {architecture}",
            (wrong(accelerator.origin.of(f"architectures.{position}"), "would fail when it first computes"),),
            notes=(f"it has them for {' '.join(kernels.capabilities)}", *newer),
            helps=("`gpu cuda` with a newer version, or `ml` with another release, has a build for it",)
            if first
            else (),
        )


def runs_on(architecture: str, kernels: Kernels) -> bool:
    """Say whether a GPU runs kernels: those of its own major version up to its minor one, or any older PTX."""
    major, minor = _numbers(architecture)
    native = any(major == has[0] and minor >= has[1] for has in map(_numbers, kernels.capabilities))
    return native or any((major, minor) >= _numbers(ptx) for ptx in kernels.ptx)


def _plain(architecture: str) -> str:
    return architecture.partition("+")[0].rstrip("abcdef")


def _numbers(architecture: str) -> tuple[int, int]:
    major, minor = _plain(architecture).split(".")
    return int(major), int(minor)
