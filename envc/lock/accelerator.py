"""Chooses which builds of accelerated packages an environment takes. Pure: the library says what exists."""

from __future__ import annotations

from packaging.version import Version

from envc.diagnostics import Report
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Accelerator, Interpreter, PythonPackage
from envc.lock.builds import Asked, BuildChoice, choose_build
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
    python = ".".join(version.split(".")[:2])
    accelerator = environment.one(Accelerator)
    packages = [one for one in environment.every(PythonPackage) if one.accelerated and one.source is None]
    choices, mistakes = [], []
    for family in library.families():
        members = {family.project, *family.companions}
        mine = tuple(package for package in packages if package.name in members)
        if not mine:
            continue
        cuda = accelerator.cuda if accelerator else None
        asked = Asked(python, cuda, bool(accelerator and accelerator.exact), mine)
        choice = choose_build(family, asked, bool(accelerator), library)
        if choice is None:
            mistakes.append(no_compatible_build(environment, family, asked, library))
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
