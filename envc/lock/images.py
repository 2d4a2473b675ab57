"""Finds the images that an environment stands on, and learns from them which patch of Python there is."""

from __future__ import annotations

from collections.abc import Mapping

from envc.diagnostics import Report
from envc.knowledge.library import Library
from envc.knowledge.systems import system_of_image
from envc.knowledge.values import release
from envc.language.asking_for_python import asking_for_python
from envc.language.asking_for_shell import asking_for_shell, lacks_shell
from envc.language.environment import Environment
from envc.language.facets import SCRATCH, BaseImage, Interpreter
from envc.lock.base import choose_base
from envc.lock.base_python import BasePython
from envc.lock.copied_python import (
    glibc_for_python,
    obstacles_of,
    reason_of_base,
    serves,
    system_from_table,
)
from envc.lock.entrypoint import with_entrypoint
from envc.lock.files import LockedFiles
from envc.lock.found_images import FoundImages
from envc.lock.image_candidates import find_candidates, find_first
from envc.lock.model import NO_PYTHON, Lock, LockedImage
from envc.lock.official_python import debian_of, python_candidates, steps_candidates
from envc.lock.provided import base_of, provides, refuse_missing
from envc.lock.python_host import PythonHost
from envc.lock.python_of_image import no_python, pip_of, python_of, python_of_base, says_its_python
from envc.lock.resolution import Image
from envc.lock.unread_base import unread_base
from envc.lock.world import World


def find_images(
    environment: Environment,
    platform: str,
    world: World,
    old: LockedFiles | None,
    needs: Mapping[str, Mapping[str, str]],
) -> FoundImages:
    """Find the images. Those of an older lock stay while nothing that they depend on has changed."""
    choice = choose_base(environment, platform, world.library)
    if old is not None and _unchanged(environment, old, platform, needs):
        return refuse_without_shell(environment, _kept(environment, old.lock, platform, world), world.library)
    if not choice.candidates:
        if asking_for_python(environment):
            raise Report([no_python(environment, SCRATCH)])
        return _without_python(None, PythonHost(shell=False), platform, world)
    base, image = find_first(choice.candidates, choice.reason, world)
    base = with_entrypoint(environment, base, image, world)
    if provides(environment):
        return with_base_python(environment, base, platform, world)
    if choice.copied:
        return _with_copied(environment, base, platform, world)
    if environment.one(BaseImage) and not says_its_python(environment, image):
        return _on_own_base(environment, base, image, platform, world)
    if environment.one(BaseImage) is None:
        base = _of_its_debian(base, world.library)
    return FoundImages(base, None, python_of(environment, image), _oldest(base, None), pip=pip_of(image))


def _kept(environment: Environment, lock: Lock, platform: str, world: World) -> FoundImages:
    """Return the images of an older lock."""
    glibc = _oldest(lock.base, lock.interpreter)
    found = FoundImages(
        lock.base, lock.interpreter, lock.python, glibc, obstacles=lock.obstacles, steps=lock.steps, bare=lock.bare
    )
    if lock.base is None or not provides(environment):
        return found
    if (known := base_of(lock)) is not None:
        refuse_missing(environment, known)
        return found._replace(base_python=known)
    return with_base_python(environment, lock.base, platform, world)


def _on_own_base(environment: Environment, base: LockedImage, image: Image, platform: str, world: World) -> FoundImages:
    """Return a base that the program names, with its own Python or with the official one, which is copied in."""
    name = f"{base.repository}:{base.tag}"
    asked, library = environment.one(Interpreter), world.library
    needed = bool(asking_for_python(environment))
    if world.bases is None or not image.manifest:
        known = system_of_image(library.systems(), base.repository, base.tag)
        if known is None or (asked is None and needed):
            return FoundImages(base, None, python_of(environment, image), _oldest(base, None))
        found, system = None, system_from_table(known)
    else:
        found = world.bases.read(base.repository, base.digest, platform, world.progress)
        if (asked is None and (needed or found)) or (asked and serves(asked, found)):
            return _with_own(environment, base, found)._replace(base_python=None)
        system = world.bases.system(base.repository, base.digest, platform, world.progress)
        if found is not None and system.own:  # in the very place of the official one
            return _with_own(environment, base, found)._replace(base_python=None)
    if asked is None:
        found_images = _without_python(base, system, platform, world)
        return refuse_without_shell(environment, found_images, library)
    python_candidates(asked, platform, library)
    glibc = glibc_for_python(environment, name, system, found, library)
    base = base.model_copy(update={"glibc": glibc, "reason": reason_of_base(asked, found)})
    return _with_copied(environment, base, platform, world)._replace(obstacles=obstacles_of(system))


def _without_python(base: LockedImage | None, system: PythonHost, platform: str, world: World) -> FoundImages:
    """Return a base without a Python, with the image whose Python does the steps that need one."""
    candidates = steps_candidates(platform, world.library)
    steps = find_candidates(candidates, "for steps that need a Python; of the builder alone", world)
    if base is not None:
        glibc = ".".join(map(str, system.glibc)) if system.glibc else base.glibc
        base = base.model_copy(update={"glibc": glibc, "reason": f"{base.reason}; {NO_PYTHON}"})
    obstacles = obstacles_of(PythonHost(unprivileged=system.unprivileged))
    oldest = _oldest(base or steps, None)
    return FoundImages(base, None, None, oldest, obstacles=obstacles, steps=steps, bare=not system.shell)


def refuse_without_shell(environment: Environment, found: FoundImages, library: Library) -> FoundImages:
    """Return the images. Raises a Report where something needs a shell that the base has not."""
    clause = environment.one(BaseImage)
    asking = asking_for_shell(environment) if found.bare else ()
    if asking and clause is not None:
        raise Report([lacks_shell(clause, asking, library.plain_image)])
    return found


def _with_copied(environment: Environment, base: LockedImage, platform: str, world: World) -> FoundImages:
    """Return a base with the image that its Python is copied from: one that runs with the base's C library."""
    asked = environment.one(Interpreter)
    assert asked is not None  # noqa: S101  # Python is copied where one is asked for
    candidates = python_candidates(asked, platform, world.library, release(base.glibc))
    interpreter, image = find_first(candidates, "where Python is copied from", world)
    interpreter = _of_its_debian(interpreter, world.library, base.glibc)
    python = python_of(environment, image)
    return FoundImages(base, interpreter, python, _oldest(base, interpreter), pip=pip_of(image))


def _of_its_debian(official: LockedImage, library: Library, glibc: str | None = None) -> LockedImage:
    """Return an official image with why it is of another Debian than the usual one, where it is.

    `glibc` is the version of the C library that its Python runs with, where that is not the image's own.
    """
    usual, taken = library.distribution, debian_of(official.repository, official.tag, library)
    if taken in {None, usual}:
        return official
    runs = glibc is None or library.python_needs_glibc("debian", usual) <= release(glibc)
    why = f"there is none of {usual}" if runs else f"that of {usual} does not run with glibc {glibc}"
    return official.model_copy(update={"reason": f"{official.reason}: of {taken}, for {why}"})


def with_base_python(environment: Environment, image: LockedImage, platform: str, world: World) -> FoundImages:
    """Return a base with what it brings, read from its layers. Raises a Report when that is not what is asked for."""
    clause = environment.one(BaseImage)
    assert clause is not None  # noqa: S101  # only a base provides anything
    if world.bases is None:
        raise unread_base(
            f"what `{image.repository}:{image.tag}` brings is not known", clause.origin.of("image"), world
        )
    base = world.bases.read(image.repository, image.digest, platform, world.progress)
    return _with_own(environment, image, base)


def _with_own(environment: Environment, image: LockedImage, base: BasePython | None) -> FoundImages:
    """Return a base with the Python that was found in it. Raises a Report when that is not what is asked for."""
    name = f"{image.repository}:{image.tag}"
    if base is None:
        raise Report([no_python(environment, name)])
    python = python_of_base(environment, base, name)
    refuse_missing(environment, base)
    if base.glibc:
        image = image.model_copy(update={"glibc": ".".join(map(str, base.glibc))})
    return FoundImages(image, None, python, _oldest(image, None), base._replace(version=python.version))


def _unchanged(
    environment: Environment, old: LockedFiles, platform: str, needs: Mapping[str, Mapping[str, str]]
) -> bool:
    if old.lock.python is None and asking_for_python(environment):
        return False
    kinds = ("python", "base", "accelerator")
    return old.lock.platform == platform and all(old.lock.inputs.get(kind) == needs.get(kind) for kind in kinds)


def _oldest(base: LockedImage | None, interpreter: LockedImage | None) -> tuple[int, int]:
    versions = [image.glibc for image in (base, interpreter) if image]
    major, minor = min(tuple(map(int, version.split("."))) for version in versions)[:2]
    return major, minor
