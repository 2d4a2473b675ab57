"""A flavour and a cuDNN that are asked for beside a base of the program's own, whose image has what it has. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.systems import CUDA_REPOSITORIES
from envc.knowledge.values import minor
from envc.language.environment import Environment
from envc.language.facets import Accelerator, BaseImage
from envc.lock.resolution import ImageRequest

_HELP = "take the image of that CUDA, or leave `base` out: envc chooses NVIDIA's image that fits"
_FLAVOURS = ("base", "runtime", "devel")
#: What the name of another image has that may bring CUDA: a mirror of NVIDIA's, or one that is built upon them.
_OF_CUDA = re.compile(r"nvidia|cuda|cudnn|gpu|(?<![a-z0-9])cu[0-9]")


def idle_images(environment: Environment, base: BaseImage, request: ImageRequest) -> Iterator[Diagnostic]:
    """Refuse a flavour and a cuDNN, which are those of an image of NVIDIA's, where the base is another one."""
    gpu = environment.one(Accelerator)
    if gpu is None or gpu.cuda is None or not (gpu.flavour or gpu.cudnn):
        return
    what = gpu.flavour or f"cuDNN {gpu.cudnn}"
    alone = _without(gpu)
    fix = Fix(f"leave `{alone.text.strip()}` out: the base has what it has", alone, "") if alone else None
    fixes = (fix,) if fix else ()
    of_cuda = request.repository in CUDA_REPOSITORIES
    if not of_cuda and _may_bring(gpu, request):
        return
    said = re.match(r"\d+\.\d+", request.tag) if of_cuda else None
    if said and minor(gpu.cuda) != said[0]:
        yield Diagnostic(
            "contradiction",
            f"the base is an image of CUDA {said[0]}, and {what} of CUDA {gpu.cuda} is asked for",
            (
                wrong(gpu.origin.of("cuda"), f"{what} of this one"),
                Label(base.origin.of("image"), f"CUDA {said[0]}, as its tag says"),
            ),
            helps=(_HELP,),
            fixes=fixes,
        )
    elif not (said and _is_of(gpu, request.tag)):
        field = "flavour" if gpu.flavour else "cudnn"
        yield Diagnostic(
            "contradiction",
            f"{what} is that of an image of NVIDIA's, and the base is another one",
            (
                wrong(gpu.origin.of(field), "nothing brings it"),
                Label(base.origin.of("image"), "its tag says another" if said else "no image of NVIDIA's CUDA"),
            ),
            helps=(_HELP,),
            fixes=fixes,
        )


def _may_bring(gpu: Accelerator, request: ImageRequest) -> bool:
    """Say whether an image that is not NVIDIA's own may have what is asked for, by its name: nobody has asked it."""
    name = f"{request.repository}:{request.tag}".lower()
    return bool(_OF_CUDA.search(name)) or gpu.flavour in request.tag.lower().split("-")


def _is_of(gpu: Accelerator, tag: str) -> bool:
    """Say whether the tag of an image of CUDA says the flavour and the cuDNN: `12.6.3-cudnn-devel-ubuntu24.04`."""
    parts = tag.split("-")
    enough = _FLAVOURS[_FLAVOURS.index(gpu.flavour) :] if gpu.flavour else parts  # each has what those before it have
    spelled = {"cudnn", f"cudnn{(gpu.cudnn or '').partition('.')[0]}"}
    return not set(enough).isdisjoint(parts) and (gpu.cudnn is None or not spelled.isdisjoint(parts))


def _without(gpu: Accelerator) -> Span | None:
    """Return the text to leave out, with the blanks before it, or None where other words stand between."""
    spans = [gpu.origin.spans[field] for field in ("flavour", "cudnn") if field in gpu.origin.spans]
    text, start, end = spans[0].source.text, min(one.start for one in spans), max(one.end for one in spans)
    if gpu.cudnn:
        keyword = re.search(r"\bcudnn\s+$", text[: gpu.origin.of("cudnn").start])
        if keyword is None:
            return None
        start = min(start, keyword.start())
    said = {gpu.flavour, "cudnn", gpu.cudnn} - {None}
    if not set(text[start:end].split()) <= said:
        return None
    return Span(spans[0].source, len(text[:start].rstrip(" ")), end)
