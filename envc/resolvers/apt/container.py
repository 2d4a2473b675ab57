"""A container as the place where apt runs, for a machine that has no apt or lacks the distribution's keys.

The container is made from the base image for the engine's own machine: apt resolves for any architecture. Nothing of
this machine is mounted, so the engine may be elsewhere.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from shutil import which

from envc.resolvers.apt.place import TIME_LIMIT, Finished, run


class ContainerPlace:
    """A folder in a running container."""

    folder = "/envc-apt"
    lists = "/envc-apt/lists"

    def __init__(self, client: str, container: str) -> None:
        self._client = client
        self._container = container

    def write(self, files: Mapping[str, bytes]) -> None:
        """Put files into the folder."""
        packed = BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(f"{self.folder}/{name}".lstrip("/"))
                member.size = len(content)
                archive.addfile(member, BytesIO(content))
        run([self._client, "cp", "-", f"{self._container}:/"], os.environ, given=packed.getvalue())

    def run(self, arguments: Sequence[str]) -> Finished:
        """Run a program as root of the container."""
        words = [self._client, "exec", "--user", "0:0", "--env", "LC_ALL=C"]
        words += ["--env", f"APT_CONFIG={self.folder}/apt.conf", self._container, *arguments]
        return run(words, os.environ)


@contextmanager
def started(repository: str, digest: str) -> Iterator[ContainerPlace | None]:
    """Start a container of an image and remove it at the end; None when no engine does it."""
    client = which("docker")
    if client is None:
        yield None
        return
    words = [client, "run", "--detach", "--rm", "--user", "0:0", "--entrypoint", "sleep", f"{repository}@{digest}"]
    begun = run([*words, str(int(TIME_LIMIT) * 3)], os.environ)
    if begun.code:
        yield None
        return
    container = begun.out.split()[-1]
    try:
        yield ContainerPlace(client, container)
    finally:
        run([client, "rm", "--force", "--volumes", container], os.environ)
