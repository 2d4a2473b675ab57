"""Finds one image of several that would do: by a registry, or where none answers, in the library's table."""

from __future__ import annotations

from envc.diagnostics import Report
from envc.diagnostics.diagnostic import world_failed
from envc.lock.base import image_from_table, split_reference
from envc.lock.model import LockedImage
from envc.lock.official_python import OLDEST_GLIBC, PYTHON_REPOSITORY, Candidate
from envc.lock.python_tag import python_tag
from envc.lock.resolution import ExplainsSilence, Image, ImageRequest, ImageSource
from envc.lock.world import World

#: What a registry says of an image that it has not, or not for the platform: another may serve.
_ABSENT = frozenset(("unknown-image", "no-image-for-platform"))


def find_first(candidates: tuple[Candidate, ...], reason: str, world: World) -> tuple[LockedImage, Image]:
    """Return the first candidate that exists: as a registry says, or where none answers, as the table knows.

    Raises a Report where none exists, or where nobody knows its digest.
    """
    refusals: list[Report] = []
    silent: list[Candidate] = []
    for candidate in candidates:
        request = candidate.request
        if any(_is_of_another_debian(request, one.request) for one in silent):
            continue
        world.progress(f"{request.repository}:{request.tag}")
        try:
            found = _given(candidate, world.images) or world.images.find(request)
        except Report as report:
            if len(candidates) == 1 or report.diagnostics[0].name not in _ABSENT:
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


def _is_of_another_debian(request: ImageRequest, silent: ImageRequest) -> bool:
    """Say whether an official image is of the same Python as one that no registry answers for.

    A mirror may have another of NVIDIA's images; that it, or the table, has a Python of another Debian does not say
    that there is none of this one.
    """
    same = request.repository == silent.repository == PYTHON_REPOSITORY
    return same and request.tag.partition("-")[0] == silent.tag.partition("-")[0]


def find_image(name: str, platform: str, reason: str, world: World) -> LockedImage:
    """Find an image that the program names. Raises a Report when it does not exist or nobody knows its digest."""
    repository, tag, digest = split_reference(name)
    candidate = Candidate(ImageRequest(repository, tag, platform), OLDEST_GLIBC, digest)
    return find_candidates((candidate,), reason, world)


def find_candidates(candidates: tuple[Candidate, ...], reason: str, world: World) -> LockedImage:
    """Find the first of some images that exists. Raises a Report when none does or nobody knows its digest."""
    return find_first(candidates, reason, world)[0]


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
