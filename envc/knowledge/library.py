"""The one door to what envc knows. Files are read when they are first asked for, and once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from envc import resources
from envc.knowledge.facts import Page, Reader, read_page
from envc.knowledge.values import matches, minor, release

if TYPE_CHECKING:
    from envc.knowledge.archives import Archive
    from envc.knowledge.channels import Channel
    from envc.knowledge.cuda import Cuda
    from envc.knowledge.fabrics import Fabrics
    from envc.knowledge.families import Family
    from envc.knowledge.fetchers import Fetcher
    from envc.knowledge.gpus import Capability, Kernels
    from envc.knowledge.images import Images, KnownImage
    from envc.knowledge.indexes import Index
    from envc.knowledge.pythons import PythonRelease
    from envc.knowledge.repositories import Needless
    from envc.knowledge.systems import System, WithoutApt
    from envc.knowledge.toolchains import Toolchain

#: The files with fixed names, and the module of this folder that knows the words of each. It is imported when the file
#: is read. Families have one file each, in `ml/`.
FILES: Mapping[str, str] = {
    "library.env": "date",
    "cuda.env": "cuda",
    "gpus.env": "gpus",
    "gpu-models.env": "gpu_models",
    "python.env": "pythons",
    "images.env": "images",
    "systems.env": "systems",
    "indexes.env": "indexes",
    "apt.env": "system_packages",
    "archives.env": "archives",
    "channels.env": "channels",
    "packages.env": "package_names",
    "fabrics.env": "fabrics",
    "toolchains.env": "toolchains",
    "fetchers.env": "fetchers",
    "repositories.env": "repositories",
    "builds.env": "package_builds",
}


def family_files() -> list[str]:
    """Return the paths of the families' files below `stdlib/`: `ml/torch.env`."""
    return sorted(f"ml/{file.name}" for file in (resources.folder("stdlib") / "ml").glob("*.env"))


class Library:
    """What envc knows. `read` gives the text of a file by its path, `files` the paths of the families' files.

    Every answer is a fact with an `origin`, or made of facts; a method that finds nothing returns None. The first
    question to a file reads it, and raises a Report when it cannot be understood.
    """

    def __init__(
        self, read: Reader = resources.read_library, files: Callable[[], Iterable[str]] = family_files
    ) -> None:
        self._read = read
        self._files = files
        self._pages: dict[str, Page] = {}

    def page(self, path: str) -> Page:
        """Return a file of the library: `cuda.env`, `ml/torch.env`."""
        if path not in self._pages:
            words = import_module(f"envc.knowledge.{FILES.get(path, 'families')}").WORDS
            self._pages[path] = read_page(self._read, path, words)
        return self._pages[path]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all files."""
        return (*FILES, *self._files())

    @cached_property
    def date(self) -> str:
        """The day after which no fact was read, `2026-11-24`."""
        from envc.knowledge.date import LibraryDate

        return self.page("library.env").one(LibraryDate, "the date").day

    @cached_property
    def _families(self) -> tuple[Family, ...]:
        from envc.knowledge.families import family_of

        return tuple(family_of(self.page(path)) for path in self._files())

    def families(self) -> tuple[Family, ...]:
        """Return every family of accelerated packages."""
        return self._families

    def family_of(self, package: str) -> Family | None:
        """Return the family of a package (its name as PEP 503 normalises it), or None."""
        return next((one for one in self._families if package in (one.project, *one.companions)), None)

    @cached_property
    def indexes(self) -> tuple[Index, ...]:
        """Every index that has a name."""
        from envc.knowledge.indexes import Index

        return self.page("indexes.env").all(Index)

    def index_address(self, name: str) -> str | None:
        """Return the address of an index."""
        return next((one.address for one in self.indexes if one.name == name), None)

    def index_for(self, cuda: str | None) -> str | None:
        """Return the name of the index with the builds for a CUDA version (its patch does not matter), or for none."""
        wanted = minor(cuda) if cuda else None
        return next((one.name for one in self.indexes if (one.cpu if wanted is None else one.cuda == wanted)), None)

    def rocm_index(self, rocm: str) -> str | None:
        """Return the name of the index with the builds for exactly this ROCm, `6.2.4`."""
        return next((one.name for one in self.indexes if one.rocm == rocm), None)

    @cached_property
    def cuda(self) -> Cuda:
        """What is known about CUDA."""
        from envc.knowledge.cuda import Cuda

        return Cuda(self.page("cuda.env"))

    def driver_floor(self, cuda: str) -> str | None:
        """Return the oldest driver that runs programs built with a CUDA version: `450.80.02` for any 11.x."""
        return self.cuda.driver_floor(cuda)

    def toolkit_driver(self, cuda: str) -> str | None:
        """Return the driver that a toolkit asks for itself: `520.61.05` for 11.8. A minor means its newest patch."""
        toolkit = self.cuda.toolkit(cuda)
        return toolkit.driver if toolkit else None

    def cuda_versions(self) -> tuple[str, ...]:
        """Return the CUDA minors that have images, newest first."""
        return tuple(sorted({minor(one.cuda) for one in self.cuda.images}, key=release, reverse=True))

    def kernels(self, project: str, version: str, cuda: str | None, rocm: str | None = None) -> Kernels | None:
        """Return what GPUs a version's build for a CUDA or ROCm has kernels for, or None where nothing says it."""
        from envc.knowledge.gpus import Kernels

        for one in self.page("gpus.env").all(Kernels):
            if (one.project, one.cuda, one.rocm) == (project, cuda, rocm) and matches(one.release, version):
                return one
        return None

    def capability(self, project: str, capability: str) -> Capability | None:
        """Return from when on a project has kernels for a compute capability: `12.0`."""
        from envc.knowledge.gpus import Capability

        found = self.page("gpus.env").all(Capability)
        return next((one for one in found if (one.project, one.capability) == (project, capability)), None)

    @cached_property
    def _pythons(self) -> tuple[PythonRelease, ...]:
        from envc.knowledge.pythons import PythonRelease

        return self.page("python.env").all(PythonRelease)

    def pythons(self) -> tuple[PythonRelease, ...]:
        """Return every minor version of Python, newest first."""
        return self._pythons

    def python(self, version: str) -> PythonRelease | None:
        """Return what is known about a minor version of Python; a patch does not matter."""
        return next((one for one in self._pythons if one.minor == minor(version)), None)

    @cached_property
    def distribution(self) -> str:
        """The distribution of the base image unless a program names another: `bookworm`."""
        from envc.knowledge.pythons import DefaultDistribution

        return self.page("python.env").one(DefaultDistribution, "the default distribution").name

    @property
    def plain_image(self) -> str:
        """The image of that distribution that brings no Python: `debian:bookworm-slim`."""
        return f"debian:{self.distribution}-slim"

    @cached_property
    def images(self) -> Images:
        """The table of digests. Big: only `envc lock` asks for it."""
        from envc.knowledge.images import Images

        return Images(self.page("images.env"))

    def image_digest(self, repository: str, tag: str) -> KnownImage | None:
        """Return the digest to take for a tag when no registry answers."""
        return self.images.find(repository, tag)

    def newest_patch(self, version: str, distribution: str) -> str | None:
        """Return the newest patch of a Python minor whose slim image has a usable digest: `3.12.15`."""
        patches = self.images.patches(version, distribution)
        return f"{version}.{patches[0]}" if patches else None

    def glibc(self, distribution: str, version: str) -> tuple[int, ...] | None:
        """Return the version of the C library of `debian` `bookworm` or `ubuntu` `22.04`: (2, 36)."""
        found = (one for one in self.systems() if (one.distribution, one.release) == (distribution, version))
        return next((release(one.glibc) for one in found), None)

    def systems(self) -> tuple[System, ...]:
        """Return the systems whose C library is known."""
        from envc.knowledge.systems import System

        return self.page("systems.env").all(System)

    def without_apt(self, repository: str, tag: str) -> WithoutApt | None:
        """Return the system without apt that an image's name says that it stands on, or None."""
        from envc.knowledge.systems import WithoutApt

        return next((one for one in self.page("systems.env").all(WithoutApt) if one.is_of(repository, tag)), None)

    def python_needs_glibc(self, distribution: str, version: str) -> tuple[int, int]:
        """Return the oldest C library that the official Python of `debian` `bookworm` runs on; its own when unknown."""
        from envc.knowledge.systems import PythonNeeds

        facts = self.page("systems.env").all(PythonNeeds)
        found = (release(one.glibc) for one in facts if (one.distribution, one.release) == (distribution, version))
        needed = next(found, None) or self.glibc(distribution, version) or (99, 0)
        return needed[0], needed[1]

    def builder_only(self, package: str) -> bool:
        """Say whether a system package is only needed to build others."""
        from envc.knowledge.system_packages import BuilderOnly

        return any(fnmatchcase(package, one.pattern) for one in self.page("apt.env").all(BuilderOnly))

    def archives(self, distribution: str, machine: str) -> tuple[Archive, ...]:
        """Return the archives that serve `debian` on `amd64`."""
        from envc.knowledge.archives import Archive

        found = self.page("archives.env").all(Archive)
        return tuple(one for one in found if one.distribution == distribution and machine in one.machines)

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Every channel of conda packages that may be taken from."""
        from envc.knowledge.channels import Channel

        return self.page("channels.env").all(Channel)

    def channel_owner(self, name: str) -> str | None:
        """Return who asks organisations for a licence of a channel; None where nobody does."""
        from envc.knowledge.channels import LicensedChannels

        found = self.page("channels.env").all(LicensedChannels)
        return next((one.owner for one in found if name in one.names), None)

    @cached_property
    def fabrics(self) -> Fabrics:
        """What ranks on several nodes talk over."""
        from envc.knowledge.fabrics import Fabrics

        return Fabrics(self.page("fabrics.env"))

    def toolchains(self) -> tuple[Toolchain, ...]:
        """Return every toolchain."""
        from envc.knowledge.toolchains import Toolchain

        return self.page("toolchains.env").all(Toolchain)

    def toolchain(self, name: str) -> Toolchain | None:
        """Return what a toolchain is in its official image."""
        return next((one for one in self.toolchains() if one.name == name), None)

    def fetchers(self) -> tuple[Fetcher, ...]:
        """Return everything that fetches packages for builds."""
        from envc.knowledge.fetchers import Fetcher

        return self.page("fetchers.env").all(Fetcher)

    def needless_repository(self, address: str, packages: Collection[str]) -> Needless | None:
        """Return what makes a repository at an address unnecessary for packages asked for from it, or None."""
        from envc.knowledge.repositories import Needless

        every = self.page("repositories.env").all(Needless)
        return next((one for one in every if one.is_meant_by(address, packages)), None)

    def snapshot_addresses(self) -> dict[str, str]:
        """Return where the past of each archive is kept, by the archive's name."""
        from envc.knowledge.archives import Archive

        return {one.name: one.snapshots for one in self.page("archives.env").all(Archive)}

    def unsaid_needs(self, package: str) -> tuple[str, ...]:
        """Return the packages that the build of a package needs and does not say."""
        from envc.knowledge.package_builds import UnsaidNeeds

        return next((one.needs for one in self.page("builds.env").all(UnsaidNeeds) if one.package == package), ())

    def compiling_needs(self) -> frozenset[str]:
        """Return what builds ask for that compile extensions."""
        from envc.knowledge.package_builds import Compiling

        return frozenset(name for one in self.page("builds.env").all(Compiling) for name in one.packages)


@cache
def shipped_library() -> Library:
    """Return the library that this envc ships; it is read once, however many items of a program ask it."""
    return Library()
