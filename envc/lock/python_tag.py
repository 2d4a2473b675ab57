"""Python's official images: the patch version that a tag means today."""

from __future__ import annotations

import re

from envc.lock.resolution import Image


def python_tag(image: Image) -> str | None:
    """Return the tag that names the whole version: `3.12-slim-bookworm` is `3.12.12-slim-bookworm` today.

    Official images say their version in `PYTHON_VERSION`. Returns None when this one does not, or when its tag does
    not begin with the same version. A pre-release is written in the tag as in the variable (`3.15.0a2`).
    """
    version = dict(image.variables).get("PYTHON_VERSION")
    found = re.fullmatch(r"(\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?)((?:-.+)?)", image.tag)
    if not version or not found:
        return None
    begins = version == found[1] or version.startswith(f"{found[1]}.")
    return version + found[2] if begins else None
