"""Builds agree with the Pythons, the CUDA versions and the indexes there are, and with each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.families import Build, Family
from envc.knowledge.gpus import Kernels
from envc.knowledge.indexes import Index
from envc.knowledge.library import Library
from envc.knowledge.values import matches, release


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with families, builds and indexes."""
    yield from _indexes(library)
    owners: dict[str, Family] = {}
    for family in library.families():
        for package in (family.project, *family.companions):
            other = owners.setdefault(package, family)
            if other is not family:
                here, there = family.name.origin.span, other.name.origin.span
                yield contradiction(f"`{package}` belongs to two families", here, "again here", (there, "first here"))
        yield from repeated(family.builds, lambda build: build.version, f"the build of {family.project}")
        for build in family.builds:
            yield from _build(library, family, build)
        yield from _order(family)
        yield from _companions(family)
    yield from _kernels(library)


def _indexes(library: Library) -> Iterator[Diagnostic]:
    indexes = library.indexes
    yield from repeated(indexes, lambda index: index.name, "the index")
    yield from repeated(indexes, _of_index, "the index for")
    for index in indexes:
        if [index.cpu, index.cuda is not None, index.rocm is not None].count(True) != 1:
            span = index.origin.span
            yield contradiction(f"the index `{index.name}` is for one CUDA version, or for none: not for both", span)


def _of_index(index: Index) -> str:
    return index.cuda or (f"ROCm {index.rocm}" if index.rocm else "cpu")


def _build(library: Library, family: Family, build: Build) -> Iterator[Diagnostic]:
    who, origin = f"{family.project} {build.version}", build.origin
    yield from _pythons(library, who, build)
    yield from _cuda(library, family, who, build)
    if build.unknown == bool(build.cuda or build.rocm or build.cpu or build.links or build.default):
        message = f"{who} lists builds and says that they are unknown" if build.unknown else f"{who} lists no builds"
        yield contradiction(message, origin.span)
    for name, _ in build.companions:
        if name not in family.companions:
            yield contradiction(f"`{name}` is no companion of {family.project}", origin.of("companions"))


def _pythons(library: Library, who: str, build: Build) -> Iterator[Diagnostic]:
    from packaging.specifiers import SpecifierSet

    allowed, origin = SpecifierSet(build.requires_python), build.origin
    for python in build.pythons:
        if library.python(python) is None:
            message = f"{who} has a build for Python {python}, which the library does not know"
            yield contradiction(message, origin.of("pythons"))
        if f"{python}.99" not in allowed:
            span, said = origin.of("pythons"), (origin.of("requires_python"), "excludes it")
            yield contradiction(f"{who} has a build for Python {python} and does not allow it", span, "", said)
    for python in build.alone:
        if python not in build.pythons:
            yield contradiction(f"{who} has no build for Python {python} that could stand alone", origin.of("alone"))


def _cuda(library: Library, family: Family, who: str, build: Build) -> Iterator[Diagnostic]:
    defaults = (build.default,) if build.default else ()
    for cuda in build.cuda:
        if family.extras and family.extra_for(cuda) is None:
            message = f"{who} has a build for CUDA {cuda}, for which there is no extra"
            yield contradiction(message, build.origin.of("cuda"))
        elif not family.extras and library.index_for(cuda) is None:
            message = f"{who} has a build for CUDA {cuda}, for which there is no index"
            yield contradiction(message, build.origin.of("cuda"))
    for rocm in build.rocm:
        if library.rocm_index(rocm) is None:
            message = f"{who} has a build for ROCm {rocm}, for which there is no index"
            yield contradiction(message, build.origin.of("rocm"))
    for field, versions in (("cuda", build.cuda), ("links", build.links), ("default", defaults)):
        for cuda in versions:
            if library.toolkit_driver(cuda) is None:
                message = f"{who} has a build for CUDA {cuda}, which was never released"
                yield contradiction(message, build.origin.of(field))
    if build.cpu and library.index_for(None) is None:
        message = f"{who} has a build for no GPU, for which there is no index"
        yield contradiction(message, build.origin.of("cpu"))


def _order(family: Family) -> Iterator[Diagnostic]:
    """Yield builds that do not stand newest first in the text, where a new release is one line in an obvious place."""
    by_place = sorted(family.builds, key=lambda build: build.origin.span.start)
    for above, below in pairwise(by_place):
        if release(above.version) < release(below.version):
            yield contradiction(
                f"{family.project} {below.version} stands below {above.version}, which is older",
                below.origin.of("version"),
                "newer",
                (above.origin.of("version"), "older"),
            )


def _companions(family: Family) -> Iterator[Diagnostic]:
    """Yield companions that pin their project exactly and stand beside two releases of it."""
    first: dict[tuple[str, str], Build] = {}
    for build in reversed(family.builds):
        for name, version in build.companions:
            before = first.setdefault((name, version), build)
            free = any(one.companion == name and release(one.version) <= release(version) for one in family.unpinned)
            if before is not build and not free:
                yield contradiction(
                    f"{name} {version} asks for one exact {family.project}, and stands beside two",
                    build.origin.of("companions"),
                    f"beside {build.version}",
                    (before.origin.of("companions"), f"beside {before.version}"),
                )
    if family.beside and not any(build.rocm for build in family.builds):
        yield contradiction(f"no build of {family.project} is for ROCm", family.beside[0].origin.span)
    for extra in family.extras:
        majors = {cuda.partition(".")[0] for build in family.builds for cuda in build.cuda}
        if not majors & {*extra.cuda}:
            yield contradiction(f"no build of {family.project} is had by `{extra.name}`", extra.origin.of("name"))
    for one in family.unpinned:
        if one.companion not in family.companions:
            yield contradiction(f"`{one.companion}` is no companion of {family.project}", one.origin.of("companion"))


def _kernels(library: Library) -> Iterator[Diagnostic]:
    kernels = library.page("gpus.env").all(Kernels)
    yield from repeated(kernels, _of_kernels, "what GPUs run")
    for one in kernels:
        family = library.family_of(one.project)
        builds = [build for build in family.builds if matches(one.release, build.version)] if family else []
        if (one.cuda is None) == (one.rocm is None):
            yield contradiction("kernels are for one CUDA or for one ROCm", one.origin.span)
        elif not any(one.cuda in build.cuda or one.rocm in build.rocm for build in builds):
            built = f"CUDA {one.cuda}" if one.cuda else f"ROCm {one.rocm}"
            message = f"{one.project} {one.release} has kernels for {built} and no build for it"
            yield contradiction(message, one.origin.of("cuda" if one.cuda else "rocm"))


def _of_kernels(one: Kernels) -> tuple[str, ...]:
    return (one.project, one.release, one.cuda or f"ROCm {one.rocm}")
