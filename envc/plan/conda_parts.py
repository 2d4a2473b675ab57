"""The parts of a plan that concern conda packages."""

from __future__ import annotations

from envc.plan.part import Part


class PlannedCondaPackage(Part):
    """A package of a channel, by the bytes of its archive."""

    name: str
    version: str
    build: str
    channel: str  # its name
    subdir: str
    file: str
    sha256: str


def channel_argument(channel: str) -> str:
    """Return the build argument that gives a channel another address: `CONDA_FORGE_CHANNEL`."""
    return f"{channel.upper().replace('-', '_')}_CHANNEL"


class PlannedChannel(Part):
    """A channel that packages come from."""

    name: str
    address: str | None  # the public address that envc's library knows for it


class CondaPart(Part):
    """What lies in a prefix of the image, and what installs it there."""

    installer: str  # a line of a requirements file, with hashes
    prefix: str
    file: str  # the name of the list in the lock's folder
    channels: tuple[PlannedChannel, ...]  # sorted by name
    packages: tuple[PlannedCondaPackage, ...]  # sorted by name
