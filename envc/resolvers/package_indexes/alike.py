"""Whether two texts are one version."""

from __future__ import annotations

import re
from collections.abc import Callable

#: A version that can be written in another way only with more or fewer zeros at its end.
NUMBERS = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*")


def alike(version: str) -> Callable[[str], bool]:
    """Return what tells whether a text is another way to write a version."""
    from packaging.version import InvalidVersion, Version

    wanted, is_plain = Version(version), NUMBERS.fullmatch(version) is not None

    def same(text: str) -> bool:
        if text == version:
            return True
        if is_plain and not (text.startswith(version) or version.startswith(text)) and NUMBERS.fullmatch(text):
            return False
        try:
            return Version(text) == wanted
        except InvalidVersion:
            return False

    return same
