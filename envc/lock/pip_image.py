"""Where pip comes from if the builder's own does not install: an official image of the same Python. The builder alone.

A pip of today installs for the environment's Python from outside; bases without one, and official images that are too
old for one, get that of another image. For a Python that is older than it knows, a pip of that Python's age is run by
that Python itself; and it must lie apart from all packages that are not the environment's.
"""

from __future__ import annotations

from collections.abc import Iterable

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.library import Library
from envc.knowledge.values import minor, release
from envc.language.environment import Environment
from envc.language.facets import BaseImage
from envc.lock.built_packages import BuiltPackage
from envc.lock.copied_python import OLDEST_PIP, OLDEST_PYTHON_OF_PIP, lacking_pip
from envc.lock.files import LockedFiles
from envc.lock.found_images import FoundImages
from envc.lock.image_candidates import find_candidates
from envc.lock.model import LockedImage
from envc.lock.official_python import OLDEST_GLIBC, debian_of, images_of
from envc.lock.python_of_image import pip_of
from envc.lock.resolution import ImageRequest
from envc.lock.world import World


def find_pip(
    environment: Environment, images: FoundImages, platform: str, world: World, old: LockedFiles | None
) -> LockedImage | None:
    """Return the image, or None where the builder's own pip will do. Raises a Report for a Python too old for any."""
    base, python = images.base_python, minor(images.its_python.version)
    lacking = lacking_pip(base) if base else ""
    if release(python) < OLDEST_PYTHON_OF_PIP:
        lacking = lacking or f"Python {python} installs with a pip of its own age"
    elif base is None:
        return _newer_pip(images, platform, world, old)
    if not lacking:
        return None
    if world.library.python(python) is None:
        raise Report([_unknown(environment, python, world.library)])
    known = old.lock.installer if old else None
    # an image is known by the patch of its Python: `3.12.4-slim-bookworm`
    if known is not None and f".{known.tag}".startswith((f".{python}-", f".{python}.")):
        return known
    candidates = images_of(python, platform, world.library)
    reason = f"{lacking}; of the builder alone"
    return find_candidates(tuple(one._replace(glibc=OLDEST_GLIBC) for one in candidates), reason, world)


def _newer_pip(images: FoundImages, platform: str, world: World, old: LockedFiles | None) -> LockedImage | None:
    """Return the image of a newer pip than the official image has, or None where its own will do.

    That of an older lock stays while the images are the same. Of a Python that envc does not know, there is none.
    """
    version = images.pip
    if old is not None and (old.lock.base, old.lock.interpreter) == (images.base, images.interpreter):
        if old.lock.installer or old.lock.resolver:
            return old.lock.installer
        version = version or _pip_of(images.python_image, platform, world)  # nothing was installed before
    if version is None or release(version) >= release(OLDEST_PIP):
        return None
    python = minor(images.its_python.version)
    if world.library.python(python) is None:
        return None
    candidates = images_of(python, platform, world.library)
    reason = f"the pip of the official image is too old, {version}; of the builder alone"
    return find_candidates(tuple(one._replace(glibc=OLDEST_GLIBC) for one in candidates), reason, world)


def _pip_of(image: LockedImage, platform: str, world: World) -> str | None:
    """Return the pip that an official image says, asked for by digest; that of the usual Debian is never too old."""
    if debian_of(image.repository, image.tag, world.library) in {None, world.library.distribution}:
        return None
    try:
        found = world.images.find(ImageRequest(image.repository, image.digest, platform))
    except Report:  # it is locked already, and its registry fails today
        return None
    return pip_of(found) if found else None


def refuse_in_place(built: Iterable[BuiltPackage], version: str) -> None:
    """Refuse folders that stay where they are under a Python whose pip knows none. Raises a Report."""
    if release(minor(version)) >= OLDEST_PYTHON_OF_PIP:
        return
    oldest = ".".join(map(str, OLDEST_PYTHON_OF_PIP))
    found = [one.package for one in built if one.package.source and one.package.source.editable]
    diagnostics = [
        Diagnostic(
            "editable-needs-python",
            f"an editable folder needs Python {oldest} or newer, and the environment has {version}",
            (wrong(package.origin.of("source"), "is to stay where it is"),),
            notes=("the pip of such a Python installs folders in place by their `setup.py` alone, without programs",),
            helps=("leave out `editable`: the folder is installed as any other package",),
        )
        for package in found
    ]
    if diagnostics:
        raise Report(diagnostics)


def _unknown(environment: Environment, python: str, library: Library) -> Diagnostic:
    image = environment.one(BaseImage)
    assert image is not None  # noqa: S101  # only a base brings a Python of which nothing is known
    oldest = library.pythons()[-1].minor
    return Diagnostic(
        "no-pip-in-base",
        f"no pip is known for Python {python}, and packages are to be installed",
        (wrong(image.origin.of("image"), f"its Python is {python}"),),
        notes=(f"pip comes from the official image of the same Python, and the oldest that envc knows is {oldest}",),
        helps=(f"take an image with Python {oldest} or newer, or only packages that it brings",),
    )
