"""Chooses which builds of accelerated packages an environment takes. Pure: the library says what exists.

`gpu cuda 11.3` is a floor within its major version: a build for a newer minor runs on the machines' driver, too (CUDA
minor version compatibility). The newest release that fits wins; among its builds the one nearest above the floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from envc.diagnostics import Diagnostic, Fix, Label, Report
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.families import Build, Family
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Accelerator, Interpreter, PythonPackage
from envc.lock.model import LockedAccelerator


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


def choose_builds(
    environment: Environment, library: Library, python_of_base: str | None = None
) -> tuple[BuildChoice, ...]:
    """Choose for every family that the environment uses. Raises a Report where no build fits.

    `python_of_base` is the version that the base has, for a program that does not name one. With neither there is
    nothing to choose yet.
    """
    interpreter = environment.one(Interpreter)
    version = interpreter.version if interpreter else python_of_base
    if version is None:
        return ()
    python = ".".join(version.split(".")[:2])
    accelerator = environment.one(Accelerator)
    packages = [package for package in environment.every(PythonPackage) if package.accelerated]
    choices, mistakes = [], []
    for family in library.families():
        members = {family.project, *family.companions}
        mine = tuple(package for package in packages if package.name in members)
        if not mine:
            continue
        asked = Asked(python, accelerator.cuda if accelerator else None, bool(accelerator and accelerator.exact), mine)
        choice = _choose(family, asked, bool(accelerator), library)
        if choice is None:
            mistakes.append(_no_compatible_build(environment, family, asked, library))
        else:
            choices.append(choice)
    if mistakes:
        raise Report(mistakes)
    return tuple(choices)


def locked_accelerator(
    environment: Environment, choices: tuple[BuildChoice, ...], library: Library
) -> LockedAccelerator | None:
    """Return what the lock holds of the accelerator."""
    accelerator = environment.one(Accelerator)
    if accelerator is None:
        return None
    builds = sorted({choice.cuda for choice in choices if choice.cuda}, key=Version)
    build = builds[-1] if builds else None
    floor = build or accelerator.cuda
    driver = library.driver_floor(floor) if floor else None
    reasons = [choice.reason for choice in choices if choice.cuda] or ["no package brings CUDA"]
    return LockedAccelerator(cuda=accelerator.cuda, build=build, driver=driver, reason="; ".join(reasons))


def _choose(family: Family, asked: Asked, has_gpu: bool, library: Library) -> BuildChoice | None:
    if not has_gpu:
        if not any(build.cpu for build in _fitting(family, asked)):
            return None
        index = library.index_for(None)
        return None if index is None else BuildChoice(family, index, None, f"no `gpu`: {family.project} for the CPU")
    for build in _fitting(family, asked):
        for cuda in _acceptable(build, asked):
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


def _acceptable(build: Build, asked: Asked) -> list[str]:
    """Return the CUDA versions of a release that the machines run, best first."""
    if asked.cuda is None:
        return sorted(build.cuda, key=Version, reverse=True)
    floor = _minor(asked.cuda)
    if asked.exact:
        return [cuda for cuda in build.cuda if _minor(cuda) == floor]
    return sorted((cuda for cuda in build.cuda if _minor(cuda)[0] == floor[0] and _minor(cuda) >= floor), key=_minor)


def _minor(cuda: str) -> tuple[int, int]:
    major, minor = cuda.split(".")[:2]
    return int(major), int(minor)


def _reason(family: Family, asked: Asked, cuda: str) -> str:
    if asked.cuda is None:
        return f"{family.project} for CUDA {cuda}, the newest it is built for"
    if _minor(cuda) == _minor(asked.cuda):
        return f"{family.project} for CUDA {cuda}, as asked"
    return (
        f"{family.project} for CUDA {cuda}: it has no build for CUDA {asked.cuda} with Python {asked.python}, "
        f"and a driver for CUDA {asked.cuda} runs builds for {cuda}, too"
    )


def _no_compatible_build(environment: Environment, family: Family, asked: Asked, library: Library) -> Diagnostic:
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
    elif accelerator is None:
        wants.append("a build for the CPU")
    builds = sorted(family.builds, key=lambda build: Version(build.version), reverse=True)
    with_python = [build for build in builds if asked.python in build.pythons]
    with_cuda = [build for build in builds if asked.cuda and _acceptable(build, asked)]
    if with_python:
        oldest = with_python[-1]
        labels.append(
            Label(oldest.origin.of("pythons"), f"the oldest release for Python {asked.python} is {oldest.version}")
        )
    if with_cuda:
        labels.append(
            Label(with_cuda[0].origin.of("cuda"), f"the newest release for CUDA {asked.cuda} is {with_cuda[0].version}")
        )
    return Diagnostic(
        "no-compatible-build",
        f"no build of `{family.project}` has {' and '.join(wants)}"
        + (f" with {package.name}{package.specifier}" if package.specifier else ""),
        tuple(labels),
        notes=(f"what is known was read on {library.date}",),
        fixes=tuple(_fixes(environment, family, asked, library))[:3],
    )


def _fixes(environment: Environment, family: Family, asked: Asked, library: Library) -> Iterator[Fix]:
    """Yield single edits after which a build fits."""
    accelerator, interpreter = environment.one(Accelerator), environment.one(Interpreter)
    if accelerator and asked.cuda:
        yield from _cuda_fixes(accelerator, family, asked, library)
    if interpreter:
        pythons = {python for build in family.builds for python in build.pythons if library.python(python)}
        nearest = sorted(pythons, key=lambda python: (abs(_minor(python)[1] - _minor(asked.python)[1]), _minor(python)))
        for python in nearest:
            if _choose(family, asked._replace(python=python), accelerator is not None, library):
                yield Fix(f"take Python {python}", interpreter.origin.of("version"), python)
                break
    for package in asked.packages:
        if package.specifier:
            others = tuple(one if one is not package else one._replace(specifier="") for one in asked.packages)
            if _choose(family, asked._replace(packages=others), accelerator is not None, library):
                yield Fix(f"take any {package.name} that fits", package.origin.of("version"), "")


def _cuda_fixes(accelerator: Accelerator, family: Family, asked: Asked, library: Library) -> Iterator[Fix]:
    """Yield the edit that lifts `exact`, and the nearest other CUDA, newer ones first."""
    relaxed = _choose(family, asked._replace(exact=False), True, library) if asked.exact else None
    if relaxed:
        yield Fix(f"take the build for CUDA {relaxed.cuda}", accelerator.origin.of("exact"), "")
    floor = _minor(asked.cuda or "0.0")
    cudas = sorted({cuda for build in family.builds for cuda in build.cuda}, key=_minor)
    above = [cuda for cuda in cudas if _minor(cuda) > floor]
    below = [cuda for cuda in reversed(cudas) if _minor(cuda) < floor]
    for cuda in (*above, *below):
        if _choose(family, asked._replace(cuda=cuda), True, library):
            yield Fix(f"keep Python {asked.python} and take CUDA {cuda}", accelerator.origin.of("cuda"), cuda)
            return
