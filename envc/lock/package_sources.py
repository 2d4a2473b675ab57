"""What is asked of packages that are built, and what is answered. Only values; `envc/resolvers/package_sources` reads.

Answers are about one source: an archive of an index by its checksum, or a repository at a commit.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from envc.language.facets import PythonPackage
from envc.lock.resolution import Progress, Target

#: What builds a package that names no build system (PEP 517).
SETUPTOOLS = "setuptools>=40.8.0"


#: Build systems that ask git which version it is. There is no history where they run, so they are told.
ASKING_GIT = frozenset(("setuptools-scm", "hatch-vcs"))
#: Where they look for what they are told.
TOLD_VERSION = "SETUPTOOLS_SCM_PRETEND_VERSION"


class PackageSourceWish(NamedTuple):
    """A package that is to be built."""

    package: PythonPackage
    target: Target
    address: str | None = None  # of the only index that it may come from; None is Python's default index
    kept: str | None = None  # the version of an earlier lock, taken where it is still allowed and there
    commit: str | None = None  # that of an earlier lock for the same tag
    index_name: str | None = None  # what the program calls that index
    links: bool = False  # that index is one page of links
    away: frozenset[str] = frozenset()  # what `needs` names and is not installed to read metadata: heavy, and its own
    routes: tuple[tuple[str, str], ...] = ()  # as in `Request`: what its build needs comes from there alone
    indexes: tuple[tuple[str, str], ...] = ()  # as in `Request`
    pages: tuple[str, ...] = ()  # as in `Request`
    elsewhere: tuple[tuple[str, str], ...] = ()  # names that are on no index, as the program takes them: `git`


class FoundPackageSource(NamedTuple):
    """A source, and what it says of itself."""

    name: str  # as PEP 503 normalises it
    version: str
    requires: tuple[str, ...]  # PEP 508, with markers; extras stand in them
    build: tuple[str, ...]  # PEP 508, with markers: what its build system needs
    compiled: bool  # whether files for a compiler are in it
    reason: str  # where that was read
    file: str = ""  # the name of a source archive
    sha256: str = ""  # of it
    size: int = 0  # bytes of it
    commit: str = ""  # of a repository
    tree: str = ""  # the checksum of all files at that commit
    submodules: tuple[str, ...] = ()  # paths of those that are among the files, sorted


class PackageSources(Protocol):
    """Reads sources. Raises a `Report` with the clause concerned: exit code 1 when it cannot be used, else 3."""

    def find(self, wish: PackageSourceWish, progress: Progress) -> FoundPackageSource:
        """Choose the source once, and read what it says of itself."""
        ...
