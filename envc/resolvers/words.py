"""Words that come from an index or from pip, made fit to be shown."""

from __future__ import annotations

import re

#: An address with its scheme, or the path of a file from the root.
PLACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\")>]*|(?<![\w.])/(?:[\w.+-]+/)+[\w.+-]*")

#: The longest text of a stranger that is shown, in characters.
LONGEST = 200


def plain(text: str) -> str:
    """Return one printable line without addresses, which may hold a password, and without paths of this machine."""
    line = " ".join(PLACE.sub("…", text).split())
    line = "".join(character for character in line if character.isprintable())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
