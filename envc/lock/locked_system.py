"""The part of a lock that is about packages of the distribution, and where they come from."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from envc.lock.fact import Fact

#: `builder`, `inference`, or the stage in which a program is compiled: `build-colmap`.
Stage = Annotated[str, Field(pattern=r"^(builder|inference|build-[a-z0-9._-]+)$")]


class LockedSystemPackage(Fact):
    """A package of the distribution, and the stage it is for. All else is None where no archive could be asked."""

    name: str
    stage: Stage
    version: str | None = None  # with its epoch, `1:2.39.5-0+deb12u3`
    architecture: str | None = None  # `amd64`, or `all`
    asked: bool = True  # the program asks for it; else another package needs it
    #: `debian-security`, or `a file` for one at an address; None with a version says that the base has the package.
    archive: str | None = None
    path: str | None = None  # in the archive's pool
    sha256: str | None = None
    size: int | None = None


class LockedRepository(Fact):
    """An archive beside the distribution's. Its texts stand in the Dockerfile, where a shell reads them."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    suite: Annotated[str, Field(pattern=r"^[A-Za-z0-9.+~_/-]+$")]
    components: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.+~_/-]+$")], ...]
    packages: tuple[str, ...]  # the names that the program takes from it
    sha256: str  # of the key's file, as the program names it
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+=*$")]  # the key itself, in Base64


class LockedDistribution(Fact):
    """What the system packages of a stage were chosen from. Without a `listing` their versions are not known."""

    stage: Stage
    asked: tuple[str, ...]  # the names in the program
    name: str | None = None  # `debian`
    release: str | None = None  # `bookworm`
    #: Archive, suite and components: `debian bookworm main`. Like the next two, a shell reads it in the Dockerfile.
    sources: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+ [a-z0-9./-]+( [a-z0-9-]+)+$")], ...] = ()
    #: The file of the archives' keys in the image.
    keyring: Annotated[str | None, Field(pattern=r"^(/[A-Za-z0-9_.-]+)+$")] = None
    #: The time that the archives were asked of, `20261101T000000Z`; None is the present.
    snapshot: Annotated[str | None, Field(pattern=r"^[0-9]{8}T[0-9]{6}Z$")] = None
    #: SHA-256 of what dpkg lists in the stage in the end: `dpkg.LINE_FORMAT`, sorted by name.
    listing: Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$")] = None
    reason: str
    repositories: tuple[LockedRepository, ...] = ()  # sorted by name

    @model_serializer(mode="wrap")
    def _without_unused(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the repositories where there are none: older locks know no such fact."""
        content: dict[str, Any] = serialize(self)
        return {name: value for name, value in content.items() if value or name != "repositories"}
