"""The C library of each system, and systems without apt. `stdlib/systems.env`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Annotated

from envc.knowledge.facts import Fact, Line
from envc.language.fields import Keyword, Positional
from envc.language.values import ShortVersion, Text

#: Where the official images of distributions lie. They bring no Python.
_OFFICIAL = "docker.io/library/"
#: NVIDIA's images of CUDA, whose tags end with their system: `12.6.3-cudnn-devel-ubuntu24.04`. They bring no Python.
CUDA_REPOSITORIES = ("docker.io/nvidia/cuda", "nvcr.io/nvidia/cuda")


class System(Fact):
    """A release of a distribution: `system debian bookworm glibc 2.36 also 12`."""

    distribution: Annotated[str, Positional()]
    release: Annotated[str, Positional()]
    glibc: Annotated[ShortVersion, Keyword()]
    also: Annotated[str | None, Keyword()] = None  # the release's other name

    @property
    def names(self) -> tuple[str, ...]:
        """What the release is called."""
        return (self.release,) if self.also is None else (self.release, self.also)


class PythonNeeds(Fact):
    """`needs debian bookworm glibc 2.35`: what programs of the official Python images of a release need of it."""

    distribution: Annotated[str, Positional()]
    release: Annotated[str, Positional()]
    glibc: Annotated[ShortVersion, Keyword()]


class WithoutApt(Fact):
    """`without-apt alpine called "Alpine Linux" installer apk images "docker.io/library/alpine" tags alpine`."""

    name: Annotated[str, Positional()]
    called: Annotated[Text, Keyword(kinds=frozenset({"string"}))]
    installer: Annotated[str, Keyword()]
    images: Annotated[tuple[str, ...], Keyword(many=True, kinds=frozenset({"string"}))] = ()  # they bring no Python
    others: Annotated[tuple[str, ...], Keyword(many=True, kinds=frozenset({"string"}))] = ()
    tags: Annotated[tuple[str, ...], Keyword(many=True)] = ()

    def is_of(self, repository: str, tag: str) -> bool:
        """Say whether an image's name says that it stands on this system."""
        if any(fnmatchcase(repository, one) for one in (*self.images, *self.others)):
            return True
        words = "|".join(map(re.escape, self.tags))
        return any(re.fullmatch(rf"(?:{words})[0-9.]*", part) for part in tag.split("-"))

    def has_shell(self, repository: str) -> bool:
        """Say whether an image of this system is sure to have a shell: a whole registry has some without one."""
        return not any(one.endswith("/*") and fnmatchcase(repository, one) for one in self.others)

    def is_its_own(self, repository: str) -> bool:
        """Say whether an image is the system's own, without a Python."""
        return any(fnmatchcase(repository, one) for one in self.images)


def system_of(systems: Iterable[System], distribution: str, release: str) -> System | None:
    """Return the system of an `/etc/os-release`: `debian` and `12`."""
    return next((one for one in systems if one.distribution == distribution and release in one.names), None)


def system_of_image(systems: Iterable[System], repository: str, tag: str) -> System | None:
    """Return the system that a distribution's official image is: `bookworm-20260101-slim` and `12.5` name Debian 12.

    So do NVIDIA's images of CUDA: `12.6.3-base-ubuntu24.04` is Ubuntu 24.04.
    """
    if repository in CUDA_REPOSITORIES:
        ubuntu = tag.rpartition("-")[2]
        return system_of(systems, "ubuntu", ubuntu.removeprefix("ubuntu")) if ubuntu.startswith("ubuntu") else None
    distribution = repository.removeprefix(_OFFICIAL)
    if f"{_OFFICIAL}{distribution}" != repository:
        return None
    name = tag.partition("-")[0]
    major = name.partition(".")[0]
    return system_of(systems, distribution, name) or system_of(systems, distribution, major)


def is_of_debian(systems: Iterable[System], reference: str) -> bool:
    """Say whether an image's name says that it stands on Debian or Ubuntu: `node:22-bookworm-slim` does.

    So do the names of their own images, of a mirror's too, and those of NVIDIA and Python where no tag says another.
    """
    repository, _, tag = reference.partition("@")[0].rpartition(":")
    if not repository or "/" in tag:
        repository, tag = reference.partition("@")[0], ""
    known = list(systems)
    names = {name for one in known for name in one.names if name.isalpha()}
    distributions = {one.distribution for one in known}
    parts = tag.split("-")
    if repository.rpartition("/")[2] in distributions or not names.isdisjoint(parts):
        return True
    if any(re.fullmatch(rf"{one}[0-9.]+", part) for one in distributions for part in parts):
        return True
    return repository.removeprefix("docker.io/").removeprefix("library/") == "python" and "alpine" not in tag


WORDS: Mapping[str, type[Line]] = {"system": System, "needs": PythonNeeds, "without-apt": WithoutApt}
