"""Which build of a family fits: the rules, over what the library says exists. Pure.

`gpu cuda 11.3` is a floor within its major version: a build for a newer minor runs on the machines' driver, too (CUDA
minor version compatibility). The newest release that fits wins; among its builds the one nearest above the floor. Where
no release has one with kernels for the machines' GPUs, the build nearest below the floor is taken: a driver runs what
older ones of its major version ran.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from envc.knowledge.families import Build, Family
from envc.knowledge.gpus import plain, runs_on
from envc.knowledge.library import Library
from envc.knowledge.values import matches, release
from envc.language.facets import PythonPackage


class BuildChoice(NamedTuple):
    """Where a family's packages come from."""

    family: Family
    index_name: str | None  # the only index they may come from; None is Python's default index
    cuda: str | None  # the CUDA they were built with
    reason: str
    rocm: str | None = None  # the ROCm they were built with; with neither they are for the CPU
    extra: str | None = None  # what is asked for beside the project to get the build
    bounds: tuple[str, ...] = ()  # `torch<=2.10.0`, where newer releases have no kernels for the machines' GPUs


class BuildWish(NamedTuple):
    """What an environment asks of a family's builds."""

    python: str  # `3.12`
    cuda: str | None
    exact: bool
    packages: tuple[PythonPackage, ...]  # those of the family
    rocm: str | None = None
    architectures: tuple[str, ...] = ()  # of the machines' GPUs


def choose_build(family: Family, asked: BuildWish, has_gpu: bool, library: Library) -> BuildChoice | None:
    """Return the best build that fits, or None. One without kernels for the GPUs is only taken when no other fits."""
    if not has_gpu:
        if not any(build.cpu for build in _fitting(family, asked)):
            return None
        index = library.index_for(None)
        if family.extras:
            return BuildChoice(family, None, None, f"no `gpu`: {family.project} without CUDA")
        return None if index is None else BuildChoice(family, index, None, f"no `gpu`: {family.project} for the CPU")
    lacking: list[BuildChoice] = []
    for build, choice in chain(builds_for(family, asked, library), builds_for(family, asked, library, older=True)):
        if has_kernels(family, build, choice, asked, library):
            return _instead(choice, build, lacking, asked) if lacking else choice
        lacking.append(choice)
    return next((choice for _, choice in builds_for(family, asked, library)), None)


def _instead(choice: BuildChoice, build: Build, lacking: list[BuildChoice], asked: BuildWish) -> BuildChoice:
    """Return a choice that was not the first one, with why, and a bound where the first ones are on its own index."""
    project = choice.family.project
    built = f"CUDA {choice.cuda}" if choice.cuda else f"ROCm {choice.rocm}"
    reason = f"{project} for {built}, the newest with kernels for {' '.join(asked.architectures)}"
    if choice.cuda and asked.cuda and cuda_minor(choice.cuda) < cuda_minor(asked.cuda) and not choice.family.extras:
        reason += f", and a driver for CUDA {asked.cuda} runs builds for {choice.cuda}, too"
    newer = any((one.index_name, one.extra) == (choice.index_name, choice.extra) for one in lacking)
    return choice._replace(bounds=(f"{project}<={build.version}",) if newer else (), reason=reason)


def builds_for(
    family: Family, asked: BuildWish, library: Library, *, older: bool = False
) -> Iterator[tuple[Build, BuildChoice]]:
    """Yield every build for a GPU that fits, best first; with `older`, those for an older CUDA than is asked for."""
    for build in _fitting(family, asked):
        for choice in _choices(family, build, asked, library, older=older):
            yield build, choice


def _choices(family: Family, build: Build, asked: BuildWish, library: Library, *, older: bool) -> Iterator[BuildChoice]:
    """Yield where a release's builds come from that the machines run, best first."""
    if asked.rocm:
        for rocm in () if older else acceptable_rocm(build, asked.rocm):
            index = library.rocm_index(rocm)
            if index is not None:
                yield BuildChoice(family, index, None, f"{family.project} for ROCm {rocm}, as asked", rocm)
        return
    for cuda in older_cuda(build, asked) if older else acceptable_cuda(family, build, asked):
        if family.extras:
            if extra := family.extra_for(cuda):
                yield BuildChoice(family, None, cuda, _reason(family, build, asked, cuda), extra=extra)
        elif index := library.index_for(cuda):
            yield BuildChoice(family, index, cuda, _reason(family, build, asked, cuda))


def has_kernels(family: Family, build: Build, choice: BuildChoice, asked: BuildWish, library: Library) -> bool:
    """Say whether a build is not known to lack kernels for one of the machines' GPUs."""
    return not any(
        lacks_kernels(architecture, family.project, build.version, choice, library)
        for architecture in asked.architectures
    )


def lacks_kernels(architecture: str, project: str, version: str, choice: BuildChoice, library: Library) -> bool:
    """Say whether a release's build is known to have no kernels for an architecture.

    Where nobody listed its kernels, it has none before the first release and the first CUDA that have them.
    """
    kernels = library.kernels(project, version, choice.cuda, choice.rocm)
    if kernels is not None:
        return not runs_on(architecture, kernels)
    first = library.capability(project, plain(architecture))
    if first is None or choice.cuda is None:
        return False
    return release(version) < release(first.since) or cuda_minor(choice.cuda) < cuda_minor(first.cuda)


def _fitting(family: Family, asked: BuildWish) -> Iterator[Build]:
    """Yield the family's releases that have the Python and that the program's specifiers allow, newest first."""
    for build in sorted(family.builds, key=lambda build: Version(build.version), reverse=True):
        if asked.python not in build.pythons:
            continue
        if asked.python in build.alone and any(package.name != family.project for package in asked.packages):
            continue
        versions = {family.project: build.version, **dict(build.companions)}
        if all(
            package.name in versions
            and SpecifierSet(package.specifier).contains(versions[package.name], prereleases=True)
            for package in asked.packages
        ):
            yield build


def acceptable_cuda(family: Family, build: Build, asked: BuildWish) -> list[str]:
    """Return the CUDA versions of a release that the machines run, best first.

    A family with extras has one build for each major version, and a newer driver runs what an older minor built.
    """
    if asked.rocm:
        return []
    if asked.cuda is None:
        return sorted(build.cuda, key=Version, reverse=True)
    floor = cuda_minor(asked.cuda)
    if asked.exact:
        return [cuda for cuda in build.cuda if "." in cuda and cuda_minor(cuda) == floor]
    if family.extras:
        return [cuda for cuda in build.cuda if cuda_minor(cuda)[0] == floor[0]]
    return sorted((cuda for cuda in build.cuda if floor <= cuda_minor(cuda) < (floor[0] + 1, 0)), key=cuda_minor)


def older_cuda(build: Build, asked: BuildWish) -> list[str]:
    """Return the CUDA versions of a release that are older than the asked one, of its major version, newest first."""
    if asked.cuda is None or asked.exact:
        return []
    floor = cuda_minor(asked.cuda)
    below = (cuda for cuda in build.cuda if (floor[0], 0) <= cuda_minor(cuda) < floor)
    return sorted(below, key=cuda_minor, reverse=True)


def acceptable_rocm(build: Build, rocm: str) -> list[str]:
    """Return the ROCm versions of a release that are the one asked for, or a patch of it, newest first."""
    return sorted((one for one in build.rocm if matches(rocm, one)), key=Version, reverse=True)


def cuda_minor(cuda: str) -> tuple[int, int]:
    """Return major and minor of a version as numbers."""
    major, _, rest = cuda.partition(".")
    return int(major), int(rest.partition(".")[0] or 0)


def _reason(family: Family, build: Build, asked: BuildWish, cuda: str) -> str:
    cudnn = f" and cuDNN {build.cudnn}" if build.cudnn else ""
    if asked.cuda is None:
        return f"{family.project} for CUDA {cuda}{cudnn}, the newest it is built for"
    if cuda_minor(cuda) == cuda_minor(asked.cuda):
        return f"{family.project} for CUDA {cuda}{cudnn}, as asked"
    if family.extras:
        return f"{family.project} for CUDA {cuda}{cudnn}, which a driver for CUDA {asked.cuda} runs"
    if cuda_minor(cuda) < cuda_minor(asked.cuda):
        return (
            f"{family.project} for CUDA {cuda}: what is asked for has no build for CUDA {asked.cuda} or newer, "
            f"and a driver for CUDA {asked.cuda} runs builds for {cuda}, too"
        )
    return (
        f"{family.project} for CUDA {cuda}: it has no build for CUDA {asked.cuda} with Python {asked.python}, "
        f"and a driver for CUDA {asked.cuda} runs builds for {cuda}, too"
    )
