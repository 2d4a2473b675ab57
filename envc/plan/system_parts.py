"""The parts of a plan that concern the packages of the distribution."""

from __future__ import annotations

from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from envc.plan.part import GrownPart, Part


class PlannedSystemPackage(GrownPart):
    """A system package that a stage installs, exactly so."""

    later = frozenset({"address"})

    name: str
    stage: str  # `builder`, `inference`, `build-colmap`
    version: str
    architecture: str
    sha256: str
    address: str | None = None  # of the file that it comes as; the others come from archives


class PlannedArchive(Part):
    """An archive as it was at a time."""

    name: str  # `debian-security`
    suites: tuple[str, ...]
    components: tuple[str, ...]
    address: str | None  # the public address that envc's library knows for its snapshots


def snapshots_argument(archive: str) -> str:
    """Return the build argument that gives an archive's snapshots another address."""
    return f"{archive.upper().replace('-', '_')}_SNAPSHOTS"


def repository_argument(repository: str) -> str:
    """Return the build argument that gives a repository another address."""
    return f"{repository.upper().replace('-', '_')}_REPOSITORY"


class PlannedSystemRepository(Part):
    """An archive beside the distribution's."""

    name: str
    address: str | None  # as the program has it
    suite: str
    components: tuple[str, ...]
    key: str  # in Base64

    @property
    def key_file(self) -> str:
        """The name of the file with the key, beside the Dockerfile."""
        return f"apt.{self.name}.asc"


class PlannedDistribution(GrownPart):
    """Where the system packages of a stage come from, and what is there when they are installed."""

    later = frozenset({"repositories"})

    stage: str
    name: str
    release: str
    snapshot: str | None  # None: the archives that the base is configured with
    archives: tuple[PlannedArchive, ...]  # those of the snapshot
    keyring: str
    listing: str  # SHA-256 of dpkg's list
    repositories: tuple[PlannedSystemRepository, ...] = ()

    @property
    def checksums_file(self) -> str:
        """The name of the file with the checksums of all packages, where some come from repositories."""
        return f"apt.{self.stage}.sha256"


class AptPart(Part):
    """System packages by stage, sorted. `builder` and `inference` are the names that the program asks for.

    What follows is there when the lock has versions; the plan of a lock without is what it always was.
    """

    builder: tuple[str, ...] = ()
    inference: tuple[str, ...] = ()
    packages: tuple[PlannedSystemPackage, ...] = ()
    distributions: tuple[PlannedDistribution, ...] = ()

    def packages_of(self, stage: str) -> tuple[PlannedSystemPackage, ...]:
        """Return what a stage installs exactly."""
        return tuple(one for one in self.packages if one.stage == stage)

    def files_of(self, stage: str) -> tuple[PlannedSystemPackage, ...]:
        """Return what of that comes as files from addresses."""
        return tuple(one for one in self.packages_of(stage) if one.address)

    def distribution_of(self, stage: str) -> PlannedDistribution | None:
        """Return where a stage's packages come from, or None when the lock has only names."""
        return next((one for one in self.distributions if one.stage == stage), None)

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = write(self)
        return {name: value for name, value in content.items() if value or name in {"builder", "inference"}}
