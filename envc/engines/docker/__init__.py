"""Docker: builds with BuildKit through `docker buildx`, and everything else through Docker's own API.

Docker's own configuration is honoured: DOCKER_HOST, contexts, remote builders, proxies, credentials.
"""

from __future__ import annotations

from collections.abc import Callable

from envc.engines.container import ContainerRequest
from envc.engines.protocol import BuildRequest, Built, Ended, Engine, EngineState, Listen


def engine() -> Engine:
    """Return the engine."""
    return Docker()


class Docker:
    """The Docker engine that Docker's own configuration names."""

    name = "docker"

    def state(self) -> EngineState:
        """Ask whether it answers. Raises nothing."""
        from envc.engines.docker.connection import state

        return state()

    def build(self, request: BuildRequest, listen: Listen) -> Built:
        """Build an image. Raises a Report: `no-engine`, `no-buildx`, `build-failed`."""
        from envc.engines.docker.build import build
        from envc.engines.docker.connection import connected
        from envc.engines.docker.image import look_at

        with connected() as client:
            steps = build(request, listen)
            return look_at(client, request, steps)

    def labels(self, image: str) -> dict[str, str] | None:
        """Return the labels of an image, or None when there is no image of that name. Raises a Report: `no-engine`."""
        from envc.engines.docker.connection import connected
        from envc.engines.docker.image import labels_of

        with connected() as client:
            return labels_of(client, image)

    def run(self, request: ContainerRequest, tell: Callable[[str], None]) -> Ended:
        """Run a container. Raises a Report: `no-engine`, `no-gpu`, `missing-data`, `container-not-started`."""
        from envc.engines.docker.connection import connected
        from envc.engines.docker.run import run

        with connected() as client:
            return run(client, request, tell)
