"""The choices of one environment, in the order in which they depend on each other.

Pure but for what it is given: a resolver, a source of images, and the files of local data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from envc import __version__
from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Interpreter, PythonPackage, SystemPackage
from envc.lock import requirements
from envc.lock.accelerator import BuildChoice, choose_builds, locked_accelerator
from envc.lock.artifacts import MeasuredArtifact, lock_artifacts
from envc.lock.base import BaseChoice, choose_base, image_from_table
from envc.lock.files import LockedFiles
from envc.lock.model import (
    Lock,
    LockedImage,
    LockedPackage,
    LockedPython,
    LockedSystemPackage,
)
from envc.lock.needs import inputs_of, needs_of
from envc.lock.requirements import Pin
from envc.lock.resolution import (
    Image,
    ImageRequest,
    ImageSource,
    Package,
    Progress,
    Request,
    Requirement,
    Resolution,
    Resolver,
    Target,
)


class World(NamedTuple):
    """What choices are made from."""

    library: Library
    resolver: Resolver
    images: ImageSource
    artifacts: Mapping[str, MeasuredArtifact]
    index_addresses: Mapping[str, str]
    progress: Progress


def choose(
    environment: Environment, platform: str, world: World, old: LockedFiles | None = None, *, upgrade: bool = False
) -> LockedFiles:
    """Choose everything that the environment needs. What an older lock chose stays where it still fits.

    With `upgrade` only `pinned` packages stay. Raises a Report where there is no answer or the world failed.
    """
    builds = choose_builds(environment, world.library)
    needs = inputs_of(needs_of(environment))
    artifacts = lock_artifacts(environment, world.artifacts, old.lock if old else None)
    base, python = _base(environment, platform, world, old if not upgrade else None, needs)
    glibc = choose_base(environment, platform, world.library).glibc
    target = Target(python.version, platform, glibc)
    resolution = _resolve(environment, builds, target, world, _kept(environment, old, upgrade=upgrade))
    lock = Lock(
        edition=environment.edition,
        envc=__version__,
        library=world.library.date,
        environment=environment.name,
        platform=platform,
        resolver=resolution.resolver if resolution else None,
        inputs=needs,
        python=python,
        base=base,
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
    routes = {name: build.index_name for build in builds for name in (build.family.project, *build.family.companions)}
    wanted = tuple(
        Requirement(package.requirement, routes.get(package.name) if package.accelerated else None)
        for package in sorted(packages, key=lambda package: package.name)
    )
    indexes = tuple(sorted((name, world.index_addresses[name]) for name in {*routes.values()}))
    return world.resolver.resolve(Request(target, wanted, indexes, pins), world.progress)


def _base(
    environment: Environment,
    platform: str,
    world: World,
    old: LockedFiles | None,
    needs: Mapping[str, Mapping[str, str]],
) -> tuple[LockedImage, LockedPython]:
    """Choose the base by digest, and learn from it which patch of Python it holds."""
    unchanged = (
        old is not None
        and old.lock.platform == platform
        and all(old.lock.inputs.get(kind) == needs.get(kind) for kind in ("python", "base", "accelerator"))
    )
    if old is not None and unchanged:
        return old.lock.base, old.lock.python
    choice = choose_base(environment, platform, world.library)
    world.progress(f"{choice.request.repository}:{choice.request.tag}")
    image = _image(choice, world)
    version = dict(image.variables).get("PYTHON_VERSION")
    asked = environment.one(Interpreter)
    if asked is None and version is None:
        raise Report(
            [
                Diagnostic(
                    "python-of-base-unknown",
                    f"nothing says which Python `{image.repository}:{image.tag}` has",
                    (wrong(environment.origin.of("name"), "no `python` in its block"),),
                    helps=("write the version that it has, to the patch: `python 3.12.4`",),
                )
            ]
        )
    wanted = asked.version if asked else version or ""
    if version and not (version == wanted or version.startswith(f"{wanted}.")):
        assert asked is not None  # noqa: S101  # without it both are the same
        raise Report(
            [
                Diagnostic(
                    "python-not-in-base",
                    f"`{image.repository}:{image.tag}` has Python {version}",
                    (wrong(asked.origin.of("version"), f"asks for {wanted}"),),
                )
            ]
        )
    full = version or (wanted if wanted.count(".") == 2 else f"{wanted}.0")
    locked = LockedImage(
        repository=image.repository,
        tag=image.tag,
        digest=image.digest,
        manifest=image.manifest,
        digest_from=image.origin,
        reason=choice.reason,
    )
    exact = wanted.count(".") == 2
    reason = "as asked" if exact else f"the newest patch of {wanted} that {image.origin} knew"
    return locked, LockedPython(version=full, reason=f"Python {full}: {reason}")


def _image(choice: BaseChoice, world: World) -> Image:
    request = choice.request
    if choice.digest:
        return Image(request.repository, request.tag, choice.digest, None, "the program")
    found = world.images.find(request)
    if found is None:
        found = image_from_table(request, world.library)
        if found is None:
            raise world_failed(
                "no-digest",
                f"no registry answers for `{request.repository}:{request.tag}`, and no table knows its digest",
                helps=(
                    "lock where the registry can be reached, or write the digest behind the tag: name:tag@sha256:…",
                ),
            )
        return found
    return _named_to_the_patch(found, request, world.images)


def _named_to_the_patch(image: Image, request: ImageRequest, images: ImageSource) -> Image:
    """Return the same image under the tag that names its Python to the patch, where that is the same image."""
    version = dict(image.variables).get("PYTHON_VERSION", "")
    front, dash, rest = image.tag.partition("-")
    if not version.startswith(f"{front}."):
        return image
    exact = images.find(request._replace(tag=f"{version}{dash}{rest}"))
    return exact if exact is not None and exact.digest == image.digest else image


def _system(environment: Environment, library: Library) -> tuple[LockedSystemPackage, ...]:
    names = sorted({package.name for package in environment.every(SystemPackage)})
    return tuple(
        LockedSystemPackage(name=name, stage="builder" if library.builder_only(name) else "inference") for name in names
    )
