"""CUDA: the drivers that toolkits need, and NVIDIA's images. `stdlib/cuda.env`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple

from envc.knowledge.facts import Fact, Line, Page
from envc.knowledge.values import matches, minor, release
from envc.language.facets import Flavour
from envc.language.fields import Flag, Keyword, Positional
from envc.language.origin import Origin
from envc.language.values import ShortVersion


class Compatibility(Fact):
    """The oldest Linux driver that runs what any toolkit of a major version built, without a minor's new features."""

    major: Annotated[ShortVersion, Positional()]
    driver: Annotated[ShortVersion, Keyword()]


class Toolkit(Fact):
    """A release of CUDA and the Linux driver that it asks for itself."""

    version: Annotated[ShortVersion, Positional()]
    driver: Annotated[ShortVersion, Keyword()]


class Absent(Fact):
    """A minor version that was never released."""

    minor: Annotated[ShortVersion, Positional()]


class Repository(Fact):
    """The repository of the images, and the flavours there are of each."""

    name: Annotated[str, Positional()]
    flavours: Annotated[tuple[str, ...], Keyword(many=True)]


class ImageSet(Fact):
    """The images of one toolkit."""

    cuda: Annotated[ShortVersion, Positional()]
    ubuntu: Annotated[tuple[ShortVersion, ...], Keyword(many=True)]
    cudnn: Annotated[ShortVersion, Keyword()]
    #: How a tag spells cuDNN: `cudnn8`, `cudnn9`, and plain `cudnn` since 12.4.1.
    spelled: Annotated[str, Keyword()]
    #: The table of drivers has no such toolkit.
    untabled: Annotated[bool, Flag()] = False


WORDS: Mapping[str, type[Line]] = {
    "compatibility": Compatibility,
    "toolkit": Toolkit,
    "absent": Absent,
    "repository": Repository,
    "image": ImageSet,
}


class CudaImage(NamedTuple):
    """An image of NVIDIA's: `docker.io/nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04`."""

    repository: str
    tag: str
    cuda: str  # with its patch
    flavour: Flavour
    cudnn: str | None  # as the tag spells it
    ubuntu: str
    origin: Origin


class Cuda:
    """What is known about CUDA."""

    def __init__(self, page: Page) -> None:
        self.compatibility = page.all(Compatibility)
        self.toolkits = page.all(Toolkit)
        self.absent = page.all(Absent)
        self.repository = page.one(Repository, "the repository of the images")
        self.images = page.all(ImageSet)

    def toolkit(self, cuda: str) -> Toolkit | None:
        """Return the newest toolkit of a version: the last patch of `12.6`, or `12.6.3` itself."""
        fitting = [one for one in self.toolkits if matches(cuda, one.version)]
        return max(fitting, key=lambda one: release(one.version), default=None)

    def driver_floor(self, cuda: str) -> str | None:
        """Return the oldest driver that runs programs built with a CUDA version.

        That is the floor of its major version where NVIDIA promises one (11 and up), else its oldest toolkit's own.
        """
        for one in self.compatibility:
            if matches(one.major, cuda):
                return one.driver
        own = [one.driver for one in self.toolkits if matches(minor(cuda), one.version)]
        return min(own, key=release, default=None)

    def first_driver(self, cuda: str) -> str | None:
        """Return the driver that the first toolkit of a minor version asks for itself: the oldest of its kind."""
        own = [one for one in self.toolkits if matches(minor(cuda), one.version)]
        return min(own, key=lambda one: release(one.version)).driver if own else None

    def image_choices(self, cuda: str, flavour: Flavour, cudnn: str | None = None) -> Iterator[CudaImage]:
        """Yield the images that fit: newest patch first, and of each the newest Ubuntu first.

        `cudnn` may be `9` or `9.5`; only its major version is in a tag. `base` images have none.
        """
        if flavour not in self.repository.flavours or (cudnn is not None and flavour == "base"):
            return
        for one in sorted(self.images, key=lambda one: release(one.cuda), reverse=True):
            if not matches(cuda, one.cuda) or (cudnn is not None and release(cudnn)[0] != release(one.cudnn)[0]):
                continue
            spelled = one.spelled if cudnn is not None else None
            for ubuntu in sorted(one.ubuntu, key=release, reverse=True):
                parts = (one.cuda, spelled, flavour, f"ubuntu{ubuntu}")
                tag = "-".join(part for part in parts if part)
                yield CudaImage(self.repository.name, tag, one.cuda, flavour, spelled, ubuntu, one.origin)
