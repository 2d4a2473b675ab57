"""Finds the images that an environment stands on, and learns from them which patch of Python there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Fix, Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.knowledge.values import minor
from envc.language.environment import Environment
from envc.language.facets import BaseImage, Interpreter
from envc.lock.base import OLDEST_GLIBC, Candidate, choose_base, image_from_table, split_reference
from envc.lock.base_python import BasePython
from envc.lock.files import LockedFiles
from envc.lock.model import LockedImage, LockedPython
from envc.lock.provided import base_of, provides, refuse_missing
from envc.lock.python_tag import python_tag
from envc.lock.resolution import ExplainsSilence, Image, ImageRequest, ImageSource
from envc.lock.world import World


class FoundImages(NamedTuple):
    """The images by digest, and what follows from them for packages."""

    base: LockedImage  # of the image that runs
    interpreter: LockedImage | None  # where Python is copied from, when the base has none
    python: LockedPython
    glibc: tuple[int, int]  # the oldest of both
    base_python: BasePython | None = None  # where the base's own packages are part of the environment


def find_images(
    environment: Environment,
    platform: str,
    world: World,
    old: LockedFiles | None,
    needs: Mapping[str, Mapping[str, str]],
) -> FoundImages:
    """Find the images. Those of an older lock stay while nothing that they depend on has changed."""
    choice = choose_base(environment, platform, world.library)
    if old is not None and _unchanged(old, platform, needs):
        lock = old.lock
        found = FoundImages(lock.base, lock.interpreter, lock.python, _oldest(lock.base, lock.interpreter))
        if not provides(environment):
            return found
        if (known := base_of(lock)) is not None:
            refuse_missing(environment, known)
            return found._replace(base_python=known)
        return with_base_python(environment, lock.base, platform, world)
    base, image = _find(choice.candidates, choice.reason, world)
    if provides(environment):
        return with_base_python(environment, base, platform, world)
    interpreter = None
    if choice.interpreter:
        interpreter, image = _find((choice.interpreter,), "where Python is copied from", world)
    elif world.bases is not None and image.manifest and "PYTHON_VERSION" not in dict(image.variables):
        return with_base_python(environment, base, platform, world)._replace(base_python=None)
    python = _python(environment, image)
    return FoundImages(base, interpreter, python, _oldest(base, interpreter))


def with_base_python(environment: Environment, image: LockedImage, platform: str, world: World) -> FoundImages:
    """Return a base with what it brings, read from its layers. Raises a Report when that is not what is asked for."""
    name = f"{image.repository}:{image.tag}"
    clause = environment.one(BaseImage)
    assert clause is not None  # noqa: S101  # only a base provides anything
    if world.bases is None:
        raise world_failed(
            "base-not-read",
            f"what `{name}` brings is not known",
            labels=(wrong(clause.origin.of("image")),),
            notes=("nothing reaches a registry with --offline, and no lock holds it",),
            helps=("lock once where its registry can be reached",),
        )
    base = world.bases.read(image.repository, image.digest, platform, world.progress)
    if base is None:
        raise Report([_no_python(environment, clause, name)])
    python = _python_of_base(environment, base, name)
    refuse_missing(environment, base)
    if base.glibc:
        image = image.model_copy(update={"glibc": ".".join(map(str, base.glibc))})
    return FoundImages(image, None, python, _oldest(image, None), base._replace(version=python.version))


def _unchanged(old: LockedFiles, platform: str, needs: Mapping[str, Mapping[str, str]]) -> bool:
    kinds = ("python", "base", "accelerator")
    return old.lock.platform == platform and all(old.lock.inputs.get(kind) == needs.get(kind) for kind in kinds)


def _oldest(base: LockedImage, interpreter: LockedImage | None) -> tuple[int, int]:
    versions = [image.glibc for image in (base, interpreter) if image]
    major, minor = min(tuple(map(int, version.split("."))) for version in versions)[:2]
    return major, minor


def _find(candidates: tuple[Candidate, ...], reason: str, world: World) -> tuple[LockedImage, Image]:
    """Return the first candidate that exists: as a registry says, or where none answers, as the table knows."""
    refusals: list[Report] = []
    silent: list[Candidate] = []
    for candidate in candidates:
        request = candidate.request
        world.progress(f"{request.repository}:{request.tag}")
        try:
            found = _given(candidate, world.images) or world.images.find(request)
        except Report as report:
            if len(candidates) == 1 or report.diagnostics[0].name != "unknown-image":
                raise
            refusals.append(report)
            continue
        if found is not None:
            named = found if candidate.digest else _named_to_the_patch(found, request, world.images)
            return _locked(named, candidate, reason)
        silent.append(candidate)
    for candidate in silent:
        found = image_from_table(candidate.request, world.library)
        if found is not None:
            return _locked(found, candidate, reason)
    if refusals and not silent:
        raise refusals[0]
    first = candidates[0].request
    if isinstance(world.images, ExplainsSilence) and world.images.failure:
        raise world.images.failure
    raise world_failed(
        "no-digest",
        f"no registry answers for `{first.repository}:{first.tag}`, and no table knows its digest",
        helps=("lock where the registry can be reached, or name the image by digest: base name:tag@sha256:…",),
    )


def find_image(name: str, platform: str, reason: str, world: World) -> LockedImage:
    """Find an image that the program names. Raises a Report when it does not exist or nobody knows its digest."""
    repository, tag, digest = split_reference(name)
    candidate = Candidate(ImageRequest(repository, tag, platform), OLDEST_GLIBC, digest)
    return find_candidates((candidate,), reason, world)


def find_candidates(candidates: tuple[Candidate, ...], reason: str, world: World) -> LockedImage:
    """Find the first of some images that exists. Raises a Report when none does or nobody knows its digest."""
    return _find(candidates, reason, world)[0]


def _given(candidate: Candidate, images: ImageSource) -> Image | None:
    """Return the image whose digest the program gives; what it holds is known where a registry answers."""
    request = candidate.request
    if not candidate.digest:
        return None
    found = images.find(request._replace(tag=candidate.digest))
    if found is None:
        return Image(request.repository, request.tag, candidate.digest, None, "the program")
    return found._replace(tag=request.tag, digest=candidate.digest, origin="the program")


def _locked(image: Image, candidate: Candidate, reason: str) -> tuple[LockedImage, Image]:
    locked = LockedImage(
        repository=image.repository,
        tag=image.tag,
        digest=image.digest,
        manifest=image.manifest,
        digest_from=image.origin,
        glibc=".".join(map(str, candidate.glibc)),
        reason=reason,
    )
    return locked, image


def _named_to_the_patch(image: Image, request: ImageRequest, images: ImageSource) -> Image:
    """Return the same image under the tag that names its Python to the patch, where that is the same image."""
    tag = python_tag(image)
    if tag is None or tag == image.tag:
        return image
    try:
        exact = images.find(request._replace(tag=tag))
    except Report:  # a registry without that tag: the digest says all that matters
        return image
    return exact if exact is not None and exact.digest == image.digest else image


def _python(environment: Environment, image: Image) -> LockedPython:
    """Return the Python that the image has, to the patch. Raises a Report when it is not the one asked for."""
    version = dict(image.variables).get("PYTHON_VERSION")
    asked = environment.one(Interpreter)
    name = f"{image.repository}:{image.tag}"
    if asked is None:
        if version is None:
            raise Report([_python_unknown(environment, name)])
        return LockedPython(version=version, reason=f"Python {version}: what the base has")
    if version and version != asked.version and not version.startswith(f"{asked.version}."):
        raise Report(
            [
                Diagnostic(
                    "python-not-in-base",
                    f"`{name}` has Python {version}",
                    (wrong(asked.origin.of("version"), f"asks for {asked.version}"),),
                )
            ]
        )
    exact = asked.version.count(".") == 2
    full = version or (asked.version if exact else f"{asked.version}.0")
    if exact:
        reason = "as asked"
    elif version:
        reason = f"the newest patch of {asked.version} that {_where(image)} knew"
    else:
        reason = "the base does not say its patch, so packages are chosen for the first"
    return LockedPython(version=full, reason=f"Python {full}: {reason}")


def _python_of_base(environment: Environment, base: BasePython, name: str) -> LockedPython:
    """Return the Python that a base was found to have. Raises a Report when it is not the one asked for."""
    asked = environment.one(Interpreter)
    version, patched = base.version, base.version.count(".") == 2
    fits = (
        asked is None or f"{version}.".startswith(f"{asked.version}.") or f"{asked.version}.".startswith(f"{version}.")
    )
    if asked is not None and not fits:
        raise Report(
            [
                Diagnostic(
                    "python-not-in-base",
                    f"`{name}` has Python {version}",
                    (wrong(asked.origin.of("version"), f"asks for {asked.version}"),),
                    fixes=(
                        Fix(f"take the base's Python {minor(version)}", asked.origin.of("version"), minor(version)),
                    ),
                )
            ]
        )
    if patched:
        return LockedPython(version=version, reason=f"Python {version}: what the base has")
    full = asked.version if asked is not None and asked.version.count(".") == 2 else f"{version}.0"
    why = "the base does not say its patch, so packages are chosen for the first"
    return LockedPython(version=full, reason=f"Python {full}: {'as asked' if full != f'{version}.0' else why}")


def _no_python(environment: Environment, clause: BaseImage, name: str) -> Diagnostic:
    label = wrong(clause.origin.of("image"), "no `python` and no `python3` on its PATH")
    if provides(environment):
        what = "take the image whose packages they are"
    else:
        what = "leave `base` out: envc takes the official Python image, which stands on Debian"
    return Diagnostic("no-python-in-base", f"`{name}` brings no Python 3", (label,), helps=(what,))


def _where(image: Image) -> str:
    return "the registry" if image.origin == "registry" else f"the {image.origin}"


def _python_unknown(environment: Environment, name: str) -> Diagnostic:
    return Diagnostic(
        "python-of-base-unknown",
        f"nothing says which Python `{name}` has",
        (wrong(environment.origin.of("name"), "no `python` in its block"),),
        helps=("write the version that it has, to the patch: `python 3.12.4`",),
    )
