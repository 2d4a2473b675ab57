"""The choices of one environment, in the order in which they depend on each other.

Pure but for what it is given: a resolver, a source of images, and the files of local data.
"""

from __future__ import annotations

from envc import __version__
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Interpreter, PythonPackage, SystemPackage
from envc.lock import requirements
from envc.lock.accelerator import choose_builds, locked_accelerator
from envc.lock.artifacts import lock_artifacts
from envc.lock.builds import BuildChoice
from envc.lock.files import LockedFiles
from envc.lock.images import find_images
from envc.lock.listed import as_listed, bounds_of, settled
from envc.lock.model import (
    Lock,
    LockedPackage,
    LockedSystemPackage,
)
from envc.lock.needs import inputs_of, needs_of
from envc.lock.requirements import Pin
from envc.lock.resolution import (
    Package,
    Request,
    Requirement,
    Resolution,
    Target,
)
from envc.lock.routes import routes_of
from envc.lock.world import World


def choose(
    environment: Environment, platform: str, world: World, old: LockedFiles | None = None, *, upgrade: bool = False
) -> LockedFiles:
    """Choose everything that the environment needs. What an older lock chose stays where it still fits.

    With `upgrade` only `pinned` packages stay. Raises a Report where there is no answer or the world failed.
    """
    interpreter = environment.one(Interpreter)
    asked = settled(environment, interpreter.version if interpreter else None, platform)
    builds = choose_builds(asked, world.library)
    needs = inputs_of(needs_of(environment))
    artifacts = lock_artifacts(environment, world.artifacts, old.lock if old else None)
    images = find_images(environment, platform, world, None if upgrade else old, needs)
    asked = settled(environment, images.python.version, platform)
    if interpreter is None:
        builds = choose_builds(asked, world.library, images.python.version)
    target = Target(images.python.version, platform, images.glibc)
    resolution = _resolve(asked, builds, target, world, _kept(asked, old, upgrade=upgrade))
    lock = Lock(
        edition=environment.edition,
        envc=__version__,
        library=world.library.date,
        environment=environment.name,
        platform=platform,
        resolver=resolution.resolver if resolution else None,
        inputs=needs,
        python=images.python,
        base=images.base,
        interpreter=images.interpreter,
        accelerator=locked_accelerator(environment, builds, world.library),
        packages=tuple(map(_package, resolution.packages)) if resolution else (),
        system=_system(environment, world.library),
        artifacts=artifacts,
    )
    packages = resolution.packages if resolution else ()
    return LockedFiles(lock, tuple((index, _pins(packages, index)) for index in lock.indexes))


def _pins(packages: tuple[Package, ...], index: str | None) -> tuple[Pin, ...]:
    return tuple(requirements.pin_of(package) for package in packages if package.index_name == index)


def _package(package: Package) -> LockedPackage:
    return LockedPackage(
        name=package.name,
        version=package.version,
        index=package.index_name,
        required_by=package.required_by,
        wheel=package.wheel,
        size=package.size,
    )


def _kept(environment: Environment, old: LockedFiles | None, *, upgrade: bool) -> tuple[str, ...]:
    """Return the versions of an older lock that are to stay."""
    if old is None:
        return ()
    pinned = {package.name for package in environment.every(PythonPackage) if package.pinned}
    return tuple(
        f"{package.name}=={package.version}" for package in old.lock.packages if not upgrade or package.name in pinned
    )


def _resolve(
    environment: Environment,
    builds: tuple[BuildChoice, ...],
    target: Target,
    world: World,
    pins: tuple[str, ...],
) -> Resolution | None:
    packages = environment.every(PythonPackage)
    if not packages:
        return None
    routes = routes_of(environment, builds)
    wanted = tuple(
        Requirement(package.requirement, routes.get(package.name))
        for package in sorted(packages, key=lambda package: package.name)
    )
    indexes = tuple(sorted((name, world.index_addresses[name]) for name in {*routes.values()}))
    request = Request(target, wanted, indexes, pins, tuple(sorted(routes.items())), bounds_of(environment))
    return as_listed(environment, world.resolver.resolve(request, world.progress))


def _system(environment: Environment, library: Library) -> tuple[LockedSystemPackage, ...]:
    names = sorted({package.name for package in environment.every(SystemPackage)})
    return tuple(
        LockedSystemPackage(name=name, stage="builder" if library.builder_only(name) else "inference") for name in names
    )
