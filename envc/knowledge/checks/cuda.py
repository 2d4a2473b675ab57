"""Drivers grow with toolkits, and images are of toolkits that exist."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from envc.diagnostics import Diagnostic
from envc.knowledge.checks.contradiction import contradiction, repeated
from envc.knowledge.cuda import Cuda, ImageSet
from envc.knowledge.library import Library
from envc.knowledge.values import matches, release


def check(library: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with toolkits, drivers and NVIDIA's images."""
    cuda = library.cuda
    yield from repeated(cuda.toolkits, lambda one: one.version, "the toolkit")
    yield from repeated(cuda.compatibility, lambda one: one.major, "the compatibility of CUDA")
    yield from repeated(cuda.images, lambda one: one.cuda, "the images of CUDA")
    yield from _drivers(cuda)
    yield from _absent(cuda)
    for image in cuda.images:
        yield from _image(cuda, image)


def _drivers(cuda: Cuda) -> Iterator[Diagnostic]:
    for older, newer in pairwise(sorted(cuda.toolkits, key=lambda one: release(one.version))):
        if release(newer.driver) < release(older.driver):
            yield contradiction(
                f"CUDA {newer.version} asks for an older driver than CUDA {older.version}",
                newer.origin.of("driver"),
                newer.driver,
                (older.origin.of("driver"), older.driver),
            )
    for low, high in pairwise(sorted(cuda.compatibility, key=lambda one: release(one.major))):
        if release(high.driver) <= release(low.driver):
            yield contradiction(
                f"CUDA {high.major} runs on no newer driver than CUDA {low.major}",
                high.origin.of("driver"),
                high.driver,
                (low.origin.of("driver"), low.driver),
            )
    for one in cuda.compatibility:
        newest = cuda.toolkit(one.major)
        if newest is None or release(newest.driver) < release(one.driver):
            message = f"no toolkit of CUDA {one.major} asks for a driver as new as its floor"
            yield contradiction(message, one.origin.of("driver"))


def _absent(cuda: Cuda) -> Iterator[Diagnostic]:
    for one in cuda.absent:
        toolkit = cuda.toolkit(one.minor)
        image = next((image for image in cuda.images if matches(one.minor, image.cuda)), None)
        for there in (toolkit, image):
            if there is not None:
                yield contradiction(
                    f"CUDA {one.minor} was never released and is listed",
                    there.origin.span,
                    "listed",
                    (one.origin.span, "never released"),
                )


def _image(cuda: Cuda, image: ImageSet) -> Iterator[Diagnostic]:
    toolkit = next((one for one in cuda.toolkits if one.version == image.cuda), None)
    if toolkit is None and not image.untabled:
        message = f"there is an image of CUDA {image.cuda} and no such toolkit"
        yield contradiction(message, image.origin.of("cuda"), "no toolkit")
    if toolkit is not None and image.untabled:
        message = f"CUDA {image.cuda} is said to have no driver in the table and has one"
        yield contradiction(message, image.origin.of("untabled"), "said", (toolkit.origin.span, "in the table"))
    if image.spelled not in {"cudnn", f"cudnn{image.cudnn}"}:
        message = f"the images of CUDA {image.cuda} spell cuDNN {image.cudnn} as `{image.spelled}`"
        yield contradiction(message, image.origin.of("spelled"))
