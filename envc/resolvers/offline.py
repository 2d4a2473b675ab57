"""The world when nothing of it may be asked: what an older lock chose stays, the dated table knows images."""

from __future__ import annotations

from envc.diagnostics.diagnostic import world_failed
from envc.lock.resolution import Image, ImageRequest, Progress, Request, Resolution


class OfflineResolver:
    """Refuses to choose: packages cannot be chosen without an index."""

    def resolve(self, request: Request, progress: Progress) -> Resolution:
        """Raise a `Report` that says so, with exit code 3."""
        del progress
        names = ", ".join(requirement.text for requirement in request.requirements)
        raise world_failed(
            "offline",
            "packages cannot be chosen with `--offline`",
            notes=(f"asked for: {names}", "the lock was made for other packages, another Python or another base"),
            helps=("lock once without `--offline`; what depends on nothing that changed stays as it is",),
        )


class OfflineImages:
    """A registry that is not asked."""

    def find(self, request: ImageRequest) -> Image | None:
        """Return None, whatever is wanted."""
        del request
        return None
