"""Chooses which builds of accelerated packages an environment takes. Pure: the library says what exists."""

from __future__ import annotations

from packaging.version import Version

from envc.diagnostics import Report
from envc.knowledge.gpu_models import models_of
from envc.knowledge.gpus import plain
from envc.knowledge.library import Library
from envc.knowledge.values import minor
from envc.language.environment import Environment
from envc.language.facets import Accelerator, Interpreter, PythonPackage
from envc.lock.accelerated_builds import BuildChoice, BuildWish, choose_build
from envc.lock.model import LockedAccelerator
from envc.lock.no_compatible_build import no_compatible_build


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
    python = minor(version)
    accelerator = environment.one(Accelerator)
    packages = [one for one in environment.every(PythonPackage) if one.accelerated and one.source is None]
    choices, mistakes = [], []
    for family in library.families():
        members = {family.project, *family.companions}
        mine = tuple(package for package in packages if package.name in members)
        if not mine:
            continue
        asked = build_wish_of(accelerator, python, mine)
        choice = choose_build(family, asked, bool(accelerator), library)
        if choice is None:
            mistakes.append(no_compatible_build(environment, family, asked, library))
        else:
            choices.append(choice)
    if mistakes:
        raise Report(mistakes)
    return tuple(choices)


def build_wish_of(accelerator: Accelerator | None, python: str, packages: tuple[PythonPackage, ...]) -> BuildWish:
    """Return what an environment asks of the builds of a family, of which these are its packages."""
    if accelerator is None:
        return BuildWish(python, None, False, packages)
    return BuildWish(
        python, accelerator.cuda, accelerator.exact, packages, accelerator.rocm, plain_of(accelerator.architectures)
    )


def plain_of(architectures: tuple[str, ...]) -> tuple[str, ...]:
    """Return architectures of machines, without what they say to compilers."""
    return tuple(dict.fromkeys(map(plain, architectures)))


def locked_accelerator(
    environment: Environment, choices: tuple[BuildChoice, ...], library: Library, *, on_base: bool = False
) -> LockedAccelerator | None:
    """Return what the lock holds of the accelerator. `on_base` says that the base's own packages are part of it."""
    accelerator = environment.one(Accelerator)
    if accelerator is None:
        return None
    if accelerator.rocm:
        reasons = [choice.reason for choice in choices if choice.rocm] or ["no package of `ml` is built for a ROCm"]
        return LockedAccelerator(
            cuda=None, build=None, driver=None, reason="; ".join(reasons), rocm=_rocm_of(choices) or accelerator.rocm
        )
    build = newest_cuda(choices)
    driver = _driver_floor(build or accelerator.cuda, accelerator, library)
    without = "the base brings what GPUs need" if on_base else "no package of `ml` is built for a CUDA"
    reasons = [choice.reason for choice in choices if choice.cuda] or [without]
    return LockedAccelerator(cuda=accelerator.cuda, build=build, driver=driver, reason="; ".join(reasons))


def newest_cuda(choices: tuple[BuildChoice, ...]) -> str | None:
    """Return the newest CUDA that packages were built with, or None where no package brings it."""
    return max((choice.cuda for choice in choices if choice.cuda), key=Version, default=None)


def _rocm_of(choices: tuple[BuildChoice, ...]) -> str | None:
    return next((choice.rocm for choice in choices if choice.rocm), None)


def _driver_floor(cuda: str | None, accelerator: Accelerator, library: Library) -> str | None:
    """Return the oldest driver that runs a build for a CUDA and knows every GPU that is named."""
    floors = [library.driver_floor(cuda)] if cuda else []
    if accelerator.models:
        models = models_of(library)
        known = (models.first_cuda(architecture) for architecture in accelerator.architectures)
        floors += [library.cuda.first_driver(one.cuda) for one in known if one]
    return max((floor for floor in floors if floor), key=Version, default=None)
