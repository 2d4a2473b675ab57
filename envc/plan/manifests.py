"""The files that are made only where a program asks for them by `target`."""

from __future__ import annotations

from envc.language.targets import machinery, names

#: Stands at the beginning of every manifest, so that one that is no longer asked for is known and removed.
MADE_BY = "made by envc from the program"


def manifest_names() -> tuple[str, ...]:
    """Return the files of all targets, sorted by the targets' names."""
    return tuple(machinery(name).manifest for name in names())
