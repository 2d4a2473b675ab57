"""What is asked about packages of a distribution, and what is answered. Only values; `envc/resolvers/apt` asks apt."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from envc.lock.resolution import Progress

#: Docker's name of a platform, and the distribution's name of the machine.
ARCHITECTURES = {"linux/amd64": "amd64", "linux/arm64": "arm64"}


class BaseSystem(NamedTuple):
    """The distribution of a base image, as files of the image say it."""

    distribution: str  # `debian`
    release: str  # `bookworm`
    architecture: str  # `amd64`
    status: str  # the text of dpkg's status file
    snapshot: str | None = None  # the time of the archive that it was made of, `20260824T000000Z`
    keyring: bytes | None = None  # the keys of its archives


class Repository(NamedTuple):
    """An archive beside the distribution's, and the names that come from it alone."""

    name: str
    address: str
    suite: str
    components: tuple[str, ...]
    names: tuple[str, ...]  # sorted
    key: bytes  # OpenPGP keys, as bytes
    sha256: str  # of the file that the key came in


#: What stands for the archive of a package that comes as a file: no repository has a name with a blank.
FROM_FILE = "a file"


class SystemFile(NamedTuple):
    """A system package that comes as a file and from nowhere else."""

    name: str
    control: str  # what the file says of the package, as an index has it
    sha256: str
    size: int


class SystemRequest(NamedTuple):
    """Packages that are wanted on a base. Those that it has stay as they are."""

    base: BaseSystem
    names: tuple[str, ...]  # sorted
    kept: tuple[tuple[str, str], ...] = ()  # names and versions of an earlier lock, taken where they still fit
    snapshot: str | None = None  # the time that the archives are asked of, where they keep their past
    repositories: tuple[Repository, ...] = ()
    files: tuple[SystemFile, ...] = ()


class SystemChoice(NamedTuple):
    """One package that was chosen."""

    name: str
    version: str  # with its epoch, `1:2.39.5-0+deb12u3`
    architecture: str  # `amd64`, or `all`
    asked: bool  # the program asks for it; else another package needs it
    archive: str | None  # `debian-security`; None when the base has the package
    path: str | None = None  # in the archive: `pool/main/g/git/git_2.39.5-0+deb12u3_amd64.deb`
    sha256: str | None = None
    size: int | None = None


class SystemAnswer(NamedTuple):
    """All packages that the base lacks, and those of it that the program asks for; sorted by name."""

    resolver: str  # `apt 2.6.1`
    distribution: str
    release: str
    sources: tuple[str, ...]  # archive, suite and components: `debian bookworm main`
    keyring: str  # the file of the archive's keys in the base
    snapshot: str | None  # the time of which the archives were asked
    listing: str  # SHA-256 of what dpkg lists in the end, as `dpkg.listing_digest` has it
    packages: tuple[SystemChoice, ...]


class NoVersions(NamedTuple):
    """Nobody could be asked: the names are known, and no versions."""

    reason: str


class UnknownNames(NamedTuple):
    """Names that the distribution does not have, and for each those that may be meant, best first."""

    names: tuple[tuple[str, tuple[str, ...]], ...]
    where: str  # `debian bookworm`


class NoSolution(NamedTuple):
    """The packages cannot be installed together, or not on this base."""

    reasons: tuple[str, ...]  # apt's own words


class UnusableRepository(NamedTuple):
    """A repository that nothing can be taken from."""

    name: str
    trusted: bool  # or else it is not signed with its key
    reasons: tuple[str, ...]  # apt's own words, without addresses


SystemResult = SystemAnswer | NoVersions | UnknownNames | NoSolution | UnusableRepository


class SystemWish(NamedTuple):
    """Packages that are wanted in an image, before anybody has read what the image is."""

    repository: str  # with its registry, `docker.io/library/python`
    digest: str
    platform: str  # `linux/amd64`
    names: tuple[str, ...]  # sorted
    kept: tuple[tuple[str, str], ...] = ()  # as in SystemRequest
    snapshot: str | None = None  # the time of an earlier lock's snapshot
    repositories: tuple[Repository, ...] = ()  # sorted by name
    files: tuple[SystemFile, ...] = ()  # sorted by name


class SystemResolver(Protocol):
    """Chooses versions of system packages. Raises a `Report` with exit code 3 when an archive cannot be trusted."""

    def resolve(self, wish: SystemWish, progress: Progress) -> SystemResult:
        """Choose every version once."""
        ...
