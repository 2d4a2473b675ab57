"""The refusal when no build fits: every position that contributes, and edits that were tried and fit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from envc.diagnostics import Diagnostic, Fix, Label
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.families import Family
from envc.knowledge.library import Library
from envc.language.edits import in_own_text
from envc.language.environment import Environment
from envc.language.facets import Accelerator, Interpreter, PythonPackage
from envc.lock.accelerated_builds import BuildWish, acceptable_cuda, acceptable_rocm, choose_build, cuda_minor


def no_compatible_build(environment: Environment, family: Family, asked: BuildWish, library: Library) -> Diagnostic:
    """Return the refusal with every position that contributes, and edits that were tried and fit."""
    package = asked.packages[0]
    accelerator, interpreter = environment.one(Accelerator), environment.one(Interpreter)
    wants = [f"Python {asked.python}"]
    labels = [wrong(package.origin.of("name"), "no build of it fits")]
    if package.specifier:
        labels.append(Label(package.origin.of("version"), f"asks for {package.specifier}"))
    if interpreter:
        labels.append(Label(interpreter.origin.of("version"), f"asks for Python {asked.python}"))
    if accelerator and asked.cuda:
        wants.append(f"{'exactly ' if asked.exact else ''}CUDA {asked.cuda}")
        labels.append(Label(accelerator.origin.of("cuda"), f"asks for CUDA {asked.cuda}"))
        if asked.exact:
            labels.append(Label(accelerator.origin.of("exact"), "refuses every other"))
    elif accelerator and asked.rocm:
        wants.append(f"ROCm {asked.rocm}")
        labels.append(Label(accelerator.origin.of("rocm"), f"asks for ROCm {asked.rocm}"))
    elif accelerator is None:
        wants.append("a build for the CPU")
    builds = sorted(family.builds, key=lambda build: Version(build.version), reverse=True)
    with_python = [build for build in builds if asked.python in build.pythons]
    with_cuda = [build for build in builds if asked.cuda and acceptable_cuda(family, build, asked)]
    with_rocm = [build for build in builds if asked.rocm and acceptable_rocm(build, asked.rocm)]
    if with_python and not _has_python(package, family, asked.python):
        oldest = with_python[-1]
        labels.append(
            Label(oldest.origin.of("pythons"), f"the oldest release for Python {asked.python} is {oldest.version}")
        )
    if with_cuda:
        labels.append(
            Label(with_cuda[0].origin.of("cuda"), f"the newest release for CUDA {asked.cuda} is {with_cuda[0].version}")
        )
    if with_rocm:
        newest = with_rocm[0]
        labels.append(Label(newest.origin.of("rocm"), f"the newest release for ROCm {asked.rocm} is {newest.version}"))
    return Diagnostic(
        "no-compatible-build",
        f"no build of `{family.project}` has {' and '.join(wants)}"
        + (f" with {package.name}{package.specifier}" if package.specifier else ""),
        tuple(labels),
        notes=(*_unknown_releases(package, family), f"what is known was read on {library.date}"),
        helps=(*_as_the_index_has_it(package, family), *_of_another_rocm(package, family, asked)),
        fixes=tuple(in_own_text(_fixes(environment, family, asked, library), environment))[:3],
    )


def _unknown_releases(package: PythonPackage, family: Family) -> tuple[str, ...]:
    """Say which releases are known, where none of them is one that is asked for."""
    if package.name != family.project or any(_allows(package, build.version) for build in family.builds):
        return ()
    versions = sorted((build.version for build in family.builds), key=Version)
    return (f"of {family.project}, the releases {versions[0]} to {versions[-1]} are known",)


def _as_the_index_has_it(package: PythonPackage, family: Family) -> tuple[str, ...]:
    """Return the way around what is not known: a family with extras lies on the default index, where `pip` finds it."""
    if not family.extras or not _unknown_releases(package, family):
        return ()
    version = package.specifier.removeprefix("==").removesuffix(".*")
    version = version if re.fullmatch(r"[\d.]+", version) else package.specifier
    return (f"`pip {family.project} {version}` takes it as the index has it, without a build for a GPU",)


def _has_python(package: PythonPackage, family: Family, python: str) -> bool:
    """Say whether all releases that are asked for have the Python, so that it is none of the reasons."""
    if package.name != family.project or not package.specifier:
        return False
    allowed = [build for build in family.builds if _allows(package, build.version)]
    return bool(allowed) and all(python in build.pythons for build in allowed)


def _of_another_rocm(package: PythonPackage, family: Family, asked: BuildWish) -> tuple[str, ...]:
    """Return the way to a build for a ROCm that is not known, of a named release, that PyTorch's index may have."""
    version = package.specifier.removeprefix("==")
    if not asked.rocm or family.project != "torch" or not re.fullmatch(r"\d+(\.\d+)+", version):
        return ()
    address = f"https://download.pytorch.org/whl/rocm{asked.rocm}"
    asks = f"`pip {package.name} =={version}+rocm{asked.rocm}`"
    index = f'`index rocm "{address}" for {package.name} pytorch-triton-rocm`'
    return (f"where PyTorch has one that envc does not know: {asks} and {index}",)


def _allows(package: PythonPackage, version: str) -> bool:
    return SpecifierSet(package.specifier).contains(version, prereleases=True)


def _fixes(environment: Environment, family: Family, asked: BuildWish, library: Library) -> Iterator[Fix]:
    """Yield single edits after which a build fits."""
    accelerator, interpreter = environment.one(Accelerator), environment.one(Interpreter)
    if accelerator and asked.cuda:
        yield from _cuda_fixes(accelerator, family, asked, library)
    if accelerator and asked.rocm:
        yield from _rocm_fixes(accelerator, family, asked, library)
    if interpreter:
        pythons = {python for build in family.builds for python in build.pythons if library.python(python)}
        wanted = Version(asked.python).minor
        for python in sorted(pythons, key=lambda python: (abs(Version(python).minor - wanted), Version(python))):
            if choose_build(family, asked._replace(python=python), accelerator is not None, library):
                yield Fix(f"take Python {python}", interpreter.origin.of("version"), python)
                break
    for package in asked.packages:
        if package.specifier:
            others = tuple(one if one is not package else one._replace(specifier="") for one in asked.packages)
            if choose_build(family, asked._replace(packages=others), accelerator is not None, library):
                yield Fix(f"take any {package.name} that fits", package.origin.of("version").with_blanks_before, "")


def _cuda_fixes(accelerator: Accelerator, family: Family, asked: BuildWish, library: Library) -> Iterator[Fix]:
    """Yield the edit that lifts `exact`, and the nearest other CUDA, newer ones first."""
    relaxed = choose_build(family, asked._replace(exact=False), True, library) if asked.exact else None
    if relaxed:
        yield Fix(f"take the build for CUDA {relaxed.cuda}", accelerator.origin.of("exact").with_blanks_before, "")
    floor = cuda_minor(asked.cuda or "0.0")
    cudas = sorted({cuda for build in family.builds for cuda in build.cuda}, key=cuda_minor)
    above = [cuda for cuda in cudas if cuda_minor(cuda) > floor]
    below = [cuda for cuda in reversed(cudas) if cuda_minor(cuda) < floor]
    for cuda in (one if "." in one else f"{one}.0" for one in (*above, *below)):
        if choose_build(family, asked._replace(cuda=cuda), True, library):
            yield Fix(f"keep Python {asked.python} and take CUDA {cuda}", accelerator.origin.of("cuda"), cuda)
            return


def _rocm_fixes(accelerator: Accelerator, family: Family, asked: BuildWish, library: Library) -> Iterator[Fix]:
    """Yield the nearest other ROCm, newer ones first."""
    wanted = Version(asked.rocm or "0")
    rocms = sorted({Version(rocm) for build in family.builds for rocm in build.rocm})
    above = [rocm for rocm in rocms if rocm > wanted]
    below = [rocm for rocm in reversed(rocms) if rocm < wanted]
    for rocm in map(str, (*above, *below)):
        if choose_build(family, asked._replace(rocm=rocm), True, library):
            yield Fix(f"keep Python {asked.python} and take ROCm {rocm}", accelerator.origin.of("rocm"), rocm)
            return
