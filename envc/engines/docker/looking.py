"""Short-lived containers of envc's own, which look at a thing of the engine's machine or prepare it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docker import DockerClient


def output_of(client: DockerClient, image: str, command: Sequence[str], **options: Any) -> str:
    """Run a command as root in a container without network, and return what it wrote to stdout.

    The container is gone afterwards, whatever happens: `containers.run` leaves one that does not start. Takes the
    options of `docker.containers.create`. Raises the engine's `APIError`, and `ContainerError` when the command fails.
    """
    from docker.errors import ContainerError

    program, *arguments = command
    container = client.containers.create(
        image,
        arguments,
        entrypoint=[program],
        user="0:0",
        network_mode="none",
        healthcheck={"test": ["NONE"]},
        **options,
    )
    try:
        container.start()
        code = int(container.wait(timeout=None)["StatusCode"])
        if code:
            said: bytes = container.logs(stdout=False, stderr=True)
            raise ContainerError(container, code, list(command), image, said.decode(errors="replace"))
        output: bytes = container.logs(stdout=True, stderr=False)
        return output.decode()
    finally:
        container.remove(force=True, v=True)
