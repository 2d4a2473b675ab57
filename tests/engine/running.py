"""Containers in the background, as `envc run` starts them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docker.models.containers import Container

    from tests.engine.conftest import Lab
    from tests.engine.project import Project


@contextmanager
def running(lab: Lab, project: Project, port: int, *words: str, **variables: str) -> Iterator[tuple[Container, str]]:
    """A container in the background as `envc run WORDS…` starts it, and the address of its port."""
    finished = project.envc("run", "--detach", "--publish", f"0:{port}", *words, **variables)
    assert finished.returncode == 0, finished.stderr
    container = lab.docker.containers.get(finished.stdout.strip())
    published = container.attrs["NetworkSettings"]["Ports"][f"{port}/tcp"][0]["HostPort"]
    try:
        yield container, f"http://127.0.0.1:{published}"
    finally:
        container.stop(timeout=10)


def health(container: Container) -> str:
    """Return what the engine says of a container's health."""
    container.reload()
    return str(container.attrs["State"]["Health"]["Status"])
