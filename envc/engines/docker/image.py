"""What is known of an image: its digest, its labels, its layers and what made them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from envc.engines.protocol import BuildRequest, Built, Layer, Step, without_mounts

if TYPE_CHECKING:
    from docker import DockerClient


def look_at(client: DockerClient, request: BuildRequest, steps: tuple[Step, ...]) -> Built:
    """Return what was built."""
    image = client.images.get(request.tags[0])
    attributes: dict[str, Any] = image.attrs
    descriptor = attributes.get("Descriptor") or {}
    return Built(
        id=str(image.id),
        digest=descriptor.get("digest"),
        tags=request.tags,
        layers=layers_of(image.history(), request.epoch),
        steps=steps,
    )


def layers_of(history: Iterable[Mapping[str, Any]], epoch: int) -> tuple[Layer, ...]:
    """Return the layers that take room, in the order in which they were laid.

    What this build made has the build's own time; any other time is the base image's.
    """
    oldest_first = list(history)[::-1]
    return tuple(
        Layer(int(one["Size"]), made_by(str(one.get("CreatedBy", ""))), one.get("Created") != epoch)
        for one in oldest_first
        if one.get("Size")
    )


def made_by(created: str) -> str:
    """Return an instruction of an image's history as it was written, without what BuildKit puts around it."""
    text = " ".join(created.split()).removesuffix(" # buildkit")
    text = re.sub(r"^RUN (\|\d+ .*?)?/bin/sh -c ", "RUN ", text)
    return without_mounts(text)


def labels_of(client: DockerClient, name: str) -> dict[str, str] | None:
    """Return the labels of an image, or None when there is no image of that name."""
    from docker.errors import ImageNotFound

    try:
        return dict(client.images.get(name).labels)
    except ImageNotFound:
        return None
