"""What the builder stands on where CUDA is compiled: NVIDIA's image with the compilers. The builder alone."""

from __future__ import annotations

from collections.abc import Sequence

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.library import Library
from envc.knowledge.values import minor
from envc.language.environment import Environment
from envc.language.facets import Accelerator
from envc.lock.accelerated_builds import BuildChoice
from envc.lock.base import cuda_images
from envc.lock.built_packages import BuiltPackage
from envc.lock.files import LockedFiles
from envc.lock.found_images import FoundImages
from envc.lock.image_candidates import find_candidates
from envc.lock.model import LockedImage
from envc.lock.official_python import Candidate, debian_of, distributions_for, dotted, glibc_of
from envc.lock.world import World


def find_compiler(
    environment: Environment,
    builds: Sequence[BuiltPackage],
    choices: Sequence[BuildChoice],
    platform: str,
    world: World,
    old: LockedFiles | None,
    images: FoundImages,
) -> LockedImage | None:
    """Return the image, or None where no CUDA is compiled: only what `ml` builds under `gpu cuda` is.

    Of what a `build` makes for `ml` nobody knows whether it compiles; its steps have the compilers.

    It is of the CUDA that the packages of the environment were built with, else of the one that is asked for; and its C
    library is none that is newer than that of the base, on which the result runs, and none that is older than what the
    Python of the environment needs, which is copied into it. Raises a Report when there is none.
    """
    accelerator = environment.one(Accelerator)
    compiled = [one.package.name for one in builds if one.package.accelerated and _compiles(one)]
    if accelerator is None or not compiled:
        return None
    cuda = next((choice.cuda for choice in choices if choice.cuda), accelerator.cuda)
    if cuda is None:
        return None
    library = world.library
    every = cuda_images(accelerator._replace(cuda=cuda, flavour="devel", cudnn=None), platform, library)
    newest = _glibc_of(images.its_base, library)
    needed = min(newest, _needed_by(images.python_image, library))
    candidates = tuple(one for one in every if needed <= one.glibc <= newest)
    if not candidates:
        younger = [one for one in every if one.glibc > newest]
        raise Report(
            [
                _too_new(accelerator, cuda, younger, images.its_base)
                if younger
                else _too_old(accelerator, cuda, every, images, library)
            ]
        )
    reason = f"the compilers of CUDA {cuda}, for {', '.join(compiled)}; of the builder alone"
    known = old.lock.compiler if old else None
    if known and any((known.repository, known.tag) == (one.request.repository, one.request.tag) for one in candidates):
        return known.model_copy(update={"reason": reason})
    return find_candidates(candidates, reason, world)


def _compiles(one: BuiltPackage) -> bool:
    source = one.package.source
    return one.found.compiled or (source is not None and source.kind == "build")


def _glibc_of(base: LockedImage, library: Library) -> tuple[int, int]:
    """Return the C library of a base; of an official image that the program names, its tag says it."""
    debian = debian_of(base.repository, base.tag, library)
    if debian:
        return glibc_of(library, "debian", debian)
    major, minor = map(int, base.glibc.split("."))
    return major, minor


def _needed_by(python: LockedImage, library: Library) -> tuple[int, int]:
    """Return the oldest C library on which the Python of an image runs; that of the usual one where nothing says it."""
    debian = debian_of(python.repository, python.tag, library)
    return library.python_needs_glibc("debian", debian or library.distribution)


def _too_new(accelerator: Accelerator, cuda: str, candidates: Sequence[Candidate], base: LockedImage) -> Diagnostic:
    oldest = min(candidate.glibc for candidate in candidates)
    return Diagnostic(
        "no-cuda-image",
        f"no devel image of CUDA {cuda} compiles for `{base.repository}:{base.tag}`",
        (wrong(accelerator.origin.of("cuda"), "of this CUDA"),),
        (
            f"what is compiled with glibc {oldest[0]}.{oldest[1]} does not run with {base.glibc}",
            "its images stand on newer systems",
        ),
        ("take an older CUDA, or a newer base",),
    )


def _too_old(
    accelerator: Accelerator,
    cuda: str,
    candidates: Sequence[Candidate],
    images: FoundImages,
    library: Library,
) -> Diagnostic:
    base, python = images.its_base, images.python_image
    newest = max(candidate.glibc for candidate in candidates)
    older = distributions_for(images.its_python.version, library, newest)
    instead = "take a newer CUDA, or a Python of which there is an image of an older Debian"
    if older:
        official = f"python:{minor(images.its_python.version)}-slim-{older[0]}"
        instead = f'take an older base, whose Python runs there, too: base "{official}"'
    name = f"{python.repository}:{python.tag}"
    needed = dotted(_needed_by(python, library))
    return Diagnostic(
        "no-cuda-image",
        f"no devel image of CUDA {cuda} compiles for `{base.repository}:{base.tag}`",
        (wrong(accelerator.origin.of("cuda"), "of this CUDA"),),
        (f"the Python of `{name}` needs glibc {needed}, and the newest image of this CUDA has {dotted(newest)}",),
        (instead,),
    )
