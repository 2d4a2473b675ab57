"""Whether the chosen builds have kernels for the GPUs that the program names. Pure; what nobody knows passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from envc.diagnostics import Diagnostic, Fix, Report
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.gpus import plain, runs_on
from envc.knowledge.library import Library
from envc.knowledge.values import minor
from envc.language.edits import in_own_text
from envc.language.environment import Environment
from envc.language.facets import Accelerator, PythonPackage
from envc.lock.accelerated_builds import BuildChoice, BuildWish, builds_for, cuda_minor, lacks_kernels
from envc.lock.accelerator import build_wish_of
from envc.lock.resolution import Package


def check_architectures(
    environment: Environment, builds: Iterable[BuildChoice], packages: Iterable[Package], python: str, library: Library
) -> None:
    """Raise a Report for each architecture that a chosen build is known not to run on."""
    accelerator = environment.one(Accelerator)
    if accelerator is None or not accelerator.architectures:
        return
    versions = {package.name: package.version.partition("+")[0] for package in packages}
    mistakes = []
    for build in builds:
        version = versions.get(build.family.project)
        if version is None or (build.cuda is None and build.rocm is None):
            continue
        project = build.family.project
        lacking = [one for one in accelerator.architectures if lacks_kernels(one, project, version, build, library)]
        fixes = tuple(_fixes(environment, build, python, library))[:3] if lacking else ()
        mistakes += [_mistake(accelerator, build, version, one, fixes, library) for one in lacking]
    if mistakes:
        raise Report(mistakes)


def _mistake(
    accelerator: Accelerator,
    build: BuildChoice,
    version: str,
    architecture: str,
    fixes: tuple[Fix, ...],
    library: Library,
) -> Diagnostic:
    project = build.family.project
    first = library.capability(project, plain(architecture))
    kernels = library.kernels(project, version, build.cuda, build.rocm)
    has = (f"it has them for {' '.join(kernels.capabilities)}",) if kernels else ()
    newer = (f"{project} {first.since} built for CUDA {first.cuda} is the first that has them",) if first else ()
    built = f"ROCm {build.rocm}" if build.rocm else f"CUDA {build.cuda}"
    return Diagnostic(
        "no-kernels",
        f"{project} {version} for {built} has no kernels for GPUs of architecture {architecture}",
        (
            wrong(
                accelerator.place_of(accelerator.architectures.index(architecture)), "would fail when it first computes"
            ),
        ),
        notes=(*has, *newer),
        helps=("`gpu cuda` with a newer version, or `ml` with another release, has a build for it",)
        if first and not fixes
        else (),
        fixes=fixes,
    )


def _fixes(environment: Environment, chosen: BuildChoice, python: str, library: Library) -> Iterator[Fix]:
    """Yield single edits after which a build is known to have the kernels."""
    yield from in_own_text(_edits(environment, chosen, python, library), environment)


def _edits(environment: Environment, chosen: BuildChoice, python: str, library: Library) -> Iterator[Fix]:
    accelerator, family = environment.one(Accelerator), chosen.family
    members = {family.project, *family.companions}
    packages = tuple(one for one in environment.every(PythonPackage) if one.accelerated and one.name in members)
    asked = build_wish_of(accelerator, minor(python), packages)
    if accelerator and accelerator.cuda:
        floor = cuda_minor(accelerator.cuda)
        cudas = sorted({cuda for build in family.builds for cuda in build.cuda}, key=cuda_minor)
        above = [cuda for cuda in cudas if cuda_minor(cuda) > floor]
        for cuda in (*above, *(cuda for cuda in reversed(cudas) if cuda_minor(cuda) < floor)):
            if _exists(chosen, asked._replace(cuda=cuda), library):
                yield Fix(f"take CUDA {cuda}, for which builds have them", accelerator.origin.of("cuda"), cuda)
                break
        if accelerator.exact and _exists(chosen, asked._replace(exact=False), library):
            yield Fix("take a newer build that has them", accelerator.origin.of("exact").with_blanks_before, "")
    for package in packages:
        others = tuple(one if one is not package else one._replace(specifier="") for one in packages)
        if package.specifier and _exists(chosen, asked._replace(packages=others), library):
            yield Fix(f"take any {package.name} that has them", package.origin.of("version").with_blanks_before, "")


def _exists(chosen: BuildChoice, asked: BuildWish, library: Library) -> bool:
    """Say whether there is a build then that is known to have kernels for every GPU."""
    for build, choice in builds_for(chosen.family, asked, library):
        kernels = library.kernels(chosen.family.project, build.version, choice.cuda, choice.rocm)
        if kernels and all(runs_on(architecture, kernels) for architecture in asked.architectures):
            return True
    return False
