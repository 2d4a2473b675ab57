"""Files of a base image from its layers, as one place among several that may know them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from envc.diagnostics import Report

#: What no other place makes good: content that is not what its digest says, and no room for it.
_GRAVE = frozenset({"registry-digest-mismatch", "disk-full"})


class FilesOfImages(Protocol):
    """A registry, or what was kept of its layers."""

    def files_of(self, repository: str, digest: str, platform: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of those files that the image has. Raises a `Report`."""
        ...


class LayerFiles:
    """Reads files of images from a registry, and leaves it to others where no registry gives them."""

    def __init__(self, registry: FilesOfImages) -> None:
        """Take who is to be asked."""
        self._registry = registry

    def files_of(self, repository: str, digest: str, platform: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of those files that the image has; nothing at all when nobody gives them."""
        try:
            return self._registry.files_of(repository, digest, platform, paths)
        except Report as report:
            if report.diagnostics[0].name in _GRAVE:
                raise
            return {}
