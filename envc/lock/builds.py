"""Which build of a family fits: the rules, over what the library says exists. Pure.

`gpu cuda 11.3` is a floor within its major version: a build for a newer minor runs on the machines' driver, too (CUDA
minor version compatibility). The newest release that fits wins; among its builds the one nearest above the floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from envc.knowledge.families import Build, Family
from envc.knowledge.library import Library
from envc.language.facets import PythonPackage


class BuildChoice(NamedTuple):
    """Where a family's packages come from."""

    family: Family
    index_name: str  # the only index they may come from
    cuda: str | None  # the CUDA they were built with, None for the CPU
    reason: str


class Asked(NamedTuple):
    """What an environment asks of a family's builds."""

    python: str  # `3.12`
    cuda: str | None
    exact: bool
    packages: tuple[PythonPackage, ...]  # those of the family


def choose_build(family: Family, asked: Asked, has_gpu: bool, library: Library) -> BuildChoice | None:
    """Return the best build that fits, or None."""
    if not has_gpu:
        if not any(build.cpu for build in _fitting(family, asked)):
            return None
        index = library.index_for(None)
        return None if index is None else BuildChoice(family, index, None, f"no `gpu`: {family.project} for the CPU")
    for build in _fitting(family, asked):
        for cuda in acceptable_cuda(build, asked):
            index = library.index_for(cuda)
            if index is not None:
                return BuildChoice(family, index, cuda, _reason(family, asked, cuda))
    return None


def _fitting(family: Family, asked: Asked) -> Iterator[Build]:
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


def acceptable_cuda(build: Build, asked: Asked) -> list[str]:
    """Return the CUDA versions of a release that the machines run, best first."""
    if asked.cuda is None:
        return sorted(build.cuda, key=Version, reverse=True)
    floor = cuda_minor(asked.cuda)
    if asked.exact:
        return [cuda for cuda in build.cuda if cuda_minor(cuda) == floor]
    return sorted((cuda for cuda in build.cuda if floor <= cuda_minor(cuda) < (floor[0] + 1, 0)), key=cuda_minor)


def cuda_minor(cuda: str) -> tuple[int, int]:
    """Return major and minor of a version as numbers."""
    major, minor = cuda.split(".")[:2]
    return int(major), int(minor)


def _reason(family: Family, asked: Asked, cuda: str) -> str:
    if asked.cuda is None:
        return f"{family.project} for CUDA {cuda}, the newest it is built for"
    if cuda_minor(cuda) == cuda_minor(asked.cuda):
        return f"{family.project} for CUDA {cuda}, as asked"
    return (
        f"{family.project} for CUDA {cuda}: it has no build for CUDA {asked.cuda} with Python {asked.python}, "
        f"and a driver for CUDA {asked.cuda} runs builds for {cuda}, too"
    )
