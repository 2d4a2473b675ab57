"""Paths that a `build` names: what it keeps of its result, and the folder that packages are fetched in. Pure."""

from __future__ import annotations

import posixpath

from envc.language.image_places import holds_packages, reserved
from envc.language.values import container_path, refuse

#: Where the kernel's files, the packages and the sources themselves lie; and folders that are links to others.
_NOT_KEPT = frozenset(
    ("bin", "boot", "dev", "kept", "lib", "lib32", "lib64", "proc", "run", "sbin", "source", "sources", "sys", "tmp")
)


def kept_path(text: str) -> str:
    """Return a path of the container that a build may keep. Raises `reserved-path`."""
    path = container_path(text)
    if path == "/" or path.split("/")[1] in _NOT_KEPT or holds_packages(path):
        refuse("reserved-path", "nothing of a build is kept there; install below /usr/local or /opt")
    found = reserved(path)
    return path if found is None else refuse("reserved-path", *found)


def folder_below(path: str | None) -> str | None:
    """Return a folder below the one where the steps start. Raises `path-not-relative`, `path-leaves-folder`."""
    if path is None:
        return None
    if path.startswith("/"):
        refuse("path-not-relative", "the folder is said from where the steps start")
    inside = posixpath.normpath(path)
    if not path or inside.split("/")[0] == "..":
        refuse("path-leaves-folder", "the folder lies below the one where the steps start")
    return inside
