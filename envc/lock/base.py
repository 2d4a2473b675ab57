"""Chooses the base image. Pure: what an environment needs, and the smallest official image that serves it."""

from __future__ import annotations

from typing import NamedTuple

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.facets import Accelerator, BaseImage, Interpreter
from envc.lock.resolution import Image, ImageRequest

PYTHON_REPOSITORY = "docker.io/library/python"
#: What wheels may need of the C library where nothing is known about a base: the floor of manylinux_2_28.
OLDEST_GLIBC = (2, 28)


class BaseChoice(NamedTuple):
    """Which image is wanted, before a registry says its digest."""

    request: ImageRequest
    digest: str | None  # given by the program
    glibc: tuple[int, int]
    reason: str


def choose_base(environment: Environment, platform: str, library: Library) -> BaseChoice:
    """Choose the image that the stages begin with. Raises a Report for a Python without one."""
    own = environment.one(BaseImage)
    if own:
        repository, tag, digest = split_reference(own.reference)
        return BaseChoice(ImageRequest(repository, tag, platform), digest, OLDEST_GLIBC, "the program names it")
    interpreter = environment.one(Interpreter)
    assert interpreter is not None  # noqa: S101  # the check refuses an environment without both
    minor = ".".join(interpreter.version.split(".")[:2])
    if library.python(minor) is None:
        known = ", ".join(release.minor for release in reversed(library.pythons()))
        raise Report(
            [
                Diagnostic(
                    "unknown-python",
                    f"there is no Python {minor} that is known",
                    (wrong(interpreter.origin.of("version")),),
                    notes=(f"known on {library.date}: {known}",),
                )
            ]
        )
    _refuse_flavour(environment)
    distribution = library.distribution
    glibc = library.glibc("debian", distribution) or OLDEST_GLIBC
    request = ImageRequest(PYTHON_REPOSITORY, f"{interpreter.version}-slim-{distribution}", platform)
    gpu = environment.one(Accelerator)
    reason = (
        "packages bring their own CUDA, so the image needs none" if gpu else "the smallest official image with Python"
    )
    return BaseChoice(request, None, (glibc[0], glibc[1]), reason)


def _refuse_flavour(environment: Environment) -> None:
    accelerator = environment.one(Accelerator)
    if accelerator and accelerator.flavour:
        raise Report(
            [
                Diagnostic(
                    "flavour-not-built",
                    f"this edition builds no image on NVIDIA's `{accelerator.flavour}` image",
                    (wrong(accelerator.origin.of("flavour"), "asked for here"),),
                    notes=("packages such as torch bring the CUDA that they were built with",),
                    helps=("without it the smallest image that serves is taken; `base` names another that has Python",),
                )
            ]
        )


def split_reference(reference: str) -> tuple[str, str, str | None]:
    """Return repository (with its registry), tag and digest of an image's name, as Docker reads it."""
    name, _, digest = reference.partition("@")
    path, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        path, tag = name, "latest"
    first, slash, _ = path.partition("/")
    if not slash:
        path = f"docker.io/library/{path}"
    elif not ("." in first or ":" in first or first == "localhost"):
        path = f"docker.io/{path}"
    return path, tag, digest or None


def image_from_table(request: ImageRequest, library: Library) -> Image | None:
    """Return the image as the library's dated table knows it, the newest patch of a Python where no patch is asked."""
    tag = request.tag
    if request.repository == PYTHON_REPOSITORY:
        version, _, rest = tag.partition("-slim-")
        if version.count(".") == 1 and (patch := library.newest_patch(version, rest)):
            tag = f"{patch}-slim-{rest}"
    known = library.image_digest(request.repository, tag)
    if known is None:
        return None
    version = tag.partition("-")[0]
    variables = (("PYTHON_VERSION", version),) if request.repository == PYTHON_REPOSITORY else ()
    return Image(request.repository, tag, known.digest, None, f"table of {library.date}", variables)
