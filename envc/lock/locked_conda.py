"""The parts of a lock that concern conda packages, and the list of them that a build installs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from envc.lock.fact import Fact

#: Docker's name of a platform, and conda's.
SUBDIRS = {"linux/amd64": "linux-64", "linux/arm64": "linux-aarch64"}

_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
#: What stands in the list between slashes and blanks.
_Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.!+-]+$")]


class LockedCondaPackage(Fact):
    """A package of a channel, and what it needs."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_.-]+$")]
    version: _Word
    build: _Word
    build_number: int
    noarch: Literal["generic", "python"] | None = None  # where it is the same on every machine
    channel: Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]  # its name
    subdir: Annotated[str, Field(pattern=r"^(linux-64|linux-aarch64|noarch)$")]
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.!+-]+\.(conda|tar\.bz2)$")]
    sha256: _Sha256
    size: int | None = None
    requires: tuple[str, ...] = ()  # as the package says it, sorted

    @model_serializer(mode="wrap")
    def _without_unused(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = write(self)
        return {name: value for name, value in content.items() if value is not None or name == "size"}


class LockedCondaInstaller(Fact):
    """What installs the packages in the builder, by the hashes of its wheels."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    version: Annotated[str, Field(pattern=r"^[0-9.]+$")]
    hashes: tuple[Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")], ...]

    @property
    def requirement(self) -> str:
        """The line of a requirements file."""
        return " ".join((f"{self.name}=={self.version}", *(f"--hash={one}" for one in self.hashes)))


def list_name(platform: str) -> str:
    """Return the name of the file with the list: `conda-linux-64.txt`."""
    return f"conda-{SUBDIRS[platform]}.txt"


def write_list(packages: Iterable[LockedCondaPackage]) -> str:
    """Return the list: one package a line, `conda-forge/linux-64/hmmer-3.4-hdbdd923_1.conda sha256:…`."""
    lines = (f"{one.channel}/{one.subdir}/{one.file} sha256:{one.sha256}\n" for one in packages)
    return "".join(sorted(lines))
