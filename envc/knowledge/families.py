"""Which builds of an accelerated package exist: `stdlib/ml/*.env`, one file a family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from envc.knowledge.facts import Fact, Line, Page
from envc.knowledge.values import Minors, NamedVersions, release
from envc.language.fields import Flag, Keyword, Positional
from envc.language.values import ShortVersion

_CONSTRAINT = frozenset({"constraint"})


class FamilyName(Fact):
    """`family torch companions torchvision torchaudio`: packages that are released and built together."""

    project: Annotated[str, Positional()]
    companions: Annotated[tuple[str, ...], Keyword(many=True)] = ()


class Unpinned(Fact):
    """`unpinned torchaudio 2.11.0`: from this version on the companion asks for no exact version of the project."""

    companion: Annotated[str, Positional()]
    version: Annotated[ShortVersion, Positional()]


class Extra(Fact):
    """`extra cuda12 cuda 12`: what to ask for beside the project to get its build for CUDA.

    A family with extras lies on Python's default index; one without has its builds on indexes of their own.
    """

    name: Annotated[str, Positional()]
    #: The major versions of CUDA that it brings, of releases whose line says them.
    cuda: Annotated[tuple[ShortVersion, ...], Keyword(many=True)]


class Beside(Fact):
    """`beside pytorch-triton-rocm rocm`: a package that builds for ROCm need, which lies on their index alone."""

    package: Annotated[str, Positional()]
    rocm: Annotated[bool, Flag()] = False


class Build(Fact):
    """One release and the builds there are of it, for Linux on x86_64. CUDA versions are minors: `12.6`.

    A release whose extra brings whatever is newest of a CUDA says the major version alone: `12`.
    """

    version: Annotated[ShortVersion, Positional()]
    #: Python minors with a wheel on Python's default index.
    pythons: Annotated[Minors, Keyword("python", many=True)]
    #: CUDA versions that a named index has builds for, or that an extra brings.
    cuda: Annotated[tuple[ShortVersion, ...], Keyword(many=True)] = ()
    #: The cuDNN that the extra brings.
    cudnn: Annotated[ShortVersion | None, Keyword()] = None
    #: ROCm versions that a named index has builds for.
    rocm: Annotated[tuple[ShortVersion, ...], Keyword(many=True)] = ()
    #: Whether the index of CPU builds has one; of a family with extras, whether it computes without a GPU.
    cpu: Annotated[bool, Flag()] = False
    #: The CUDA of the wheel on Python's default index, where known.
    default: Annotated[ShortVersion | None, Keyword()] = None
    #: CUDA versions whose builds stand on a find-links page and, as far as is known, on no index.
    links: Annotated[tuple[ShortVersion, ...], Keyword(many=True)] = ()
    companions: Annotated[NamedVersions, Keyword("with", many=True)] = ()
    #: Python minors for which the project has wheels and a companion has none.
    alone: Annotated[Minors, Keyword(many=True)] = ()
    requires_python: Annotated[str, Keyword("requires", kinds=_CONSTRAINT)] = ""
    #: What the wheel on Python's default index needs, as its platform tag says.
    glibc: Annotated[ShortVersion | None, Keyword()] = None
    #: Newer than every source that lists builds: what exists was not gathered.
    unknown: Annotated[bool, Flag()] = False

    def companion(self, name: str) -> str | None:
        """Return the version of a companion of this release."""
        return dict(self.companions).get(name)


WORDS: Mapping[str, type[Line]] = {
    "family": FamilyName,
    "unpinned": Unpinned,
    "extra": Extra,
    "beside": Beside,
    "build": Build,
}


class Family(NamedTuple):
    """Packages that are released and built together, and their builds, newest first."""

    name: FamilyName
    builds: tuple[Build, ...]
    unpinned: tuple[Unpinned, ...]
    extras: tuple[Extra, ...] = ()
    beside: tuple[Beside, ...] = ()

    @property
    def project(self) -> str:
        """The package that the others follow, `torch`."""
        return self.name.project

    @property
    def companions(self) -> tuple[str, ...]:
        """The packages that follow it."""
        return self.name.companions

    def extra_for(self, cuda: str) -> str | None:
        """Return what to ask for beside the project to get its build for a CUDA, or None where there is no such."""
        major = str(release(cuda)[0])
        return next((extra.name for extra in self.extras if major in extra.cuda), None)

    def build(self, version: str) -> Build | None:
        """Return the build of exactly this version, such as `2.7.1`, or None."""
        return next((build for build in self.builds if build.version == version), None)


def family_of(page: Page) -> Family:
    """Put a family together. Raises a Report when the file does not name exactly one."""
    return Family(
        page.one(FamilyName, "the family"),
        tuple(sorted(page.all(Build), key=lambda build: release(build.version), reverse=True)),
        page.all(Unpinned),
        page.all(Extra),
        page.all(Beside),
    )
