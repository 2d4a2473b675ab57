"""The choices of one environment, in the order in which they depend on each other.

Pure but for what it is given: a resolver, a source of images, and the files of local data.
"""

from __future__ import annotations

from typing import NamedTuple

from envc import __version__
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Interpreter, PythonPackage
from envc.lock import requirements
from envc.lock.accelerator import choose_builds, locked_accelerator
from envc.lock.architectures import check_architectures
from envc.lock.artifacts import lock_artifacts
from envc.lock.asked import Asked
from envc.lock.builds import BuildChoice
from envc.lock.copied_images import find_copied_images
from envc.lock.files import LockedFiles
from envc.lock.images import FoundImages, find_images
from envc.lock.kept import kept_resolution
from envc.lock.listed import as_listed, bounds_of, settled
from envc.lock.model import Lock, LockedArtifact, LockedImage, LockedPackage
from envc.lock.needs import inputs_of, needs_of
from envc.lock.requirements import Pin
from envc.lock.resolution import (
    Package,
    Request,
    Requirement,
    Resolution,
    Target,
)
from envc.lock.routes import pages_of_links, routes_of
from envc.lock.system import LockedSystem, lock_system
from envc.lock.wishes import Wishes
from envc.lock.world import World

NOTHING_MOVES = Wishes()


class Prepared(NamedTuple):
    """All choices of an environment on a platform but its packages, and what a resolver is asked for those."""

    environment: Environment
    asked: Environment  # with the listed packages that hold on the target as if the program had named them
    platform: str
    library: Library
    needs: dict[str, dict[str, str]]
    builds: tuple[BuildChoice, ...]
    images: FoundImages
    copied: tuple[LockedImage, ...]  # the images that files are copied from
    system: LockedSystem
    artifacts: tuple[LockedArtifact, ...]
    request: Request | None  # None for an environment without packages
    kept: Resolution | None  # the packages of the older lock, where they answer the request as they are


def choose(
    environment: Environment,
    platform: str,
    world: World,
    old: LockedFiles | None = None,
    wishes: Wishes = NOTHING_MOVES,
) -> LockedFiles:
    """Choose everything that the environment needs. What an older lock chose stays where it still fits.

    Raises a Report where there is no answer or the world failed.
    """
    prepared = prepare(environment, platform, world, old, wishes)
    resolution = prepared.kept
    if resolution is None and prepared.request is not None:
        resolution = Asked(prepared.asked, world).resolve(prepared.request, world.progress)
    return finish(prepared, resolution)


def prepare(environment: Environment, platform: str, world: World, old: LockedFiles | None, wishes: Wishes) -> Prepared:
    """Choose everything but packages. Raises a Report."""
    interpreter = environment.one(Interpreter)
    asked = settled(environment, interpreter.version if interpreter else None, platform)
    builds = choose_builds(asked, world.library)
    needs = inputs_of(needs_of(environment))
    artifacts = lock_artifacts(environment, world.artifacts, old.lock if old else None)
    images = find_images(environment, platform, world, None if wishes.images() else old, needs)
    asked = settled(environment, images.python.version, platform)
    if interpreter is None:
        builds = choose_builds(asked, world.library, images.python.version)
    target = Target(images.python.version, platform, images.glibc)
    upgrade = wishes.kind("apt")
    request = _request(asked, builds, target, world, wishes.kept(asked, old))
    return Prepared(
        environment=environment,
        asked=asked,
        platform=platform,
        library=world.library,
        needs=needs,
        builds=builds,
        images=images,
        copied=find_copied_images(environment, platform, world, None if wishes.images() else old),
        system=lock_system(environment, images, platform, world, old, upgrade=upgrade),
        artifacts=artifacts,
        request=request,
        kept=kept_resolution(request, old, needs) if request and not wishes.packages() else None,
    )


def finish(prepared: Prepared, resolution: Resolution | None) -> LockedFiles:
    """Return the lock of what was chosen. Raises a Report for a package that a list of the program does not allow."""
    environment, images = prepared.environment, prepared.images
    packages = as_listed(prepared.asked, resolution).packages if resolution else ()
    check_architectures(environment, prepared.builds, packages, prepared.library)
    lock = Lock(
        edition=environment.edition,
        envc=__version__,
        library=prepared.library.date,
        environment=environment.name,
        platform=prepared.platform,
        resolver=resolution.resolver if resolution else None,
        inputs=prepared.needs,
        python=images.python,
        base=images.base,
        interpreter=images.interpreter,
        accelerator=locked_accelerator(environment, prepared.builds, prepared.library),
        packages=tuple(map(_package, packages)),
        system=prepared.system.packages,
        distributions=prepared.system.distributions,
        artifacts=prepared.artifacts,
        images=prepared.copied,
    )
    return LockedFiles(lock, tuple((index, _pins(packages, index)) for index in lock.indexes))


def _pins(packages: tuple[Package, ...], index: str | None) -> tuple[Pin, ...]:
    return tuple(requirements.pin_of(package) for package in packages if package.index_name == index)


def _package(package: Package) -> LockedPackage:
    return LockedPackage(
        name=package.name,
        version=package.version,
        index=package.index_name,
        requires=package.requires,
        wheel=package.wheel,
        size=package.size,
    )


def _request(
    environment: Environment,
    builds: tuple[BuildChoice, ...],
    target: Target,
    world: World,
    pins: tuple[str, ...],
) -> Request | None:
    """Return what the resolver is asked; None for an environment without packages."""
    packages = environment.every(PythonPackage)
    if not packages:
        return None
    routes = routes_of(environment, builds)
    wanted = tuple(
        Requirement(package.requirement, routes.get(package.name))
        for package in sorted(packages, key=lambda package: package.name)
    )
    indexes = tuple(sorted((name, world.index_addresses[name]) for name in {*routes.values()}))
    named = tuple(sorted(routes.items()))
    bounds, pages = bounds_of(environment), pages_of_links(environment)
    return Request(target, wanted, indexes, pins, named, bounds, pages=pages)
