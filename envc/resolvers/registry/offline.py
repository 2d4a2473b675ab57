"""No registry at all, for `--offline`: what is known of images is the dated table in the standard library."""

from __future__ import annotations

from envc.lock.resolution import Image, ImageRequest


class OfflineImages:
    """Answers None for every image, as a registry that nobody reaches, and reaches nothing."""

    def find(self, request: ImageRequest) -> Image | None:  # noqa: ARG002  # whatever is asked
        """Return None, so that the table is asked."""
        return None
