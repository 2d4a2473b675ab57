"""Where the files of a program lie. Pure: paths in, paths out."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple


class Places(NamedTuple):
    """Paths relative to the project's root, with `/`; the same on every machine."""

    program: str  # `examples/train.env`
    folder: str  # the program's own folder, `examples`, or `.`
    lock: str  # `lockfiles/examples/train`
    output: str  # `build/examples/train`

    def of_program_path(self, path: str) -> str | None:
        """Return a path of the program relative to the root, or None when it leaves the root."""
        parts: list[str] = []
        for part in (*PurePosixPath(self.folder).parts, *PurePosixPath(path).parts):
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part != ".":
                parts.append(part)
        return "/".join(parts) or "."


def places_of(program: str, environment: str) -> Places:
    """Return the places of an environment; `program` is the program's path from the root.

    The environment that has the file's name lies in a folder of that name, any other has its own name behind it.
    Names alone decide, so no two environments share a place: `train.env` beside `train.envc` is refused.
    """
    path = PurePosixPath(program)
    stem = path.name.removesuffix(path.suffix)
    name = stem if environment == stem else f"{stem}.{environment}"
    place = path.parent / name
    return Places(str(path), str(path.parent), f"lockfiles/{place}", f"build/{place}")
