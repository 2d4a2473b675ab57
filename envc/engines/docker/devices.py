"""Devices of the engine's machine in a container: whoever the processes run as must be in the groups that own them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from envc.engines.docker.looking import output_of

if TYPE_CHECKING:
    from docker import DockerClient


def given(devices: Sequence[str]) -> list[str]:
    """Return devices as the engine takes them: at the same path, to be read and written."""
    return [f"{path}:{path}:rw" for path in devices]


def groups_of(client: DockerClient, image: str, devices: Sequence[str]) -> list[str]:
    """Return the ids of the groups that the devices belong to, which differ from machine to machine.

    A container of the image looks, for the engine may be on another machine. Raises the engine's error for a device
    that is not there.
    """
    command = ("find", *devices, "-type", "c", "-printf", "%G\\n")
    output = output_of(client, image, command, devices=given(devices))
    found = {line for line in output.split() if line.isdigit()}
    return sorted(found - {"0"}, key=int)
