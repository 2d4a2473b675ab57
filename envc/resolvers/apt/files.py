"""Files of a base image: from its layers where a registry gives them, else from the engine, which starts nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from io import BytesIO
from shutil import which
from typing import Protocol


class BaseFiles(Protocol):
    """Reads files of an image."""

    def files_of(self, repository: str, digest: str, platform: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the contents of those files that the image has; nothing at all when nobody answers."""
        ...


class EngineFiles:
    """Reads files of an image with the `docker` program. The image is fetched; nothing of it is run."""

    def files_of(self, repository: str, digest: str, platform: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the contents of files, links followed."""
        client = which("docker")
        if client is None:
            return {}
        from envc.resolvers.apt.place import run

        reference = f"{repository}@{digest}"
        made = run([client, "create", "--quiet", "--platform", platform, reference, "nothing"], os.environ)
        if made.code:
            return {}
        container = made.out.split()[-1]
        try:
            return {path: content for path in paths if (content := _read(client, container, path)) is not None}
        finally:
            run([client, "rm", "--force", "--volumes", container], os.environ)


def _read(client: str, container: str, path: str) -> bytes | None:
    """Return a file of a container, which Docker gives as a tar archive."""
    import subprocess
    import tarfile

    words = [client, "cp", "--follow-link", f"{container}:{path}", "-"]
    packed = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603
    if packed.returncode:
        return None
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file:
                return file.read()
    return None
