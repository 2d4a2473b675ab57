"""Finds the root of a program's project."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Report
from envc.plan.places import Places, places_of


class Project(NamedTuple):
    """A program in its project."""

    root: Path
    program: Path

    def places(self, environment: str) -> Places:
        """Return where the files of an environment lie, relative to the root."""
        return places_of(self.program.relative_to(self.root).as_posix(), environment)


def find_project(program: Path, root: Path | None = None) -> Project:
    """Return the project of a program: the nearest folder at or above it that has `lockfiles/`, else its own folder.

    Raises a Report when a root is given and the program does not lie below it.
    """
    program = Path(program).absolute()
    program = program.parent.resolve() / program.name
    if root is not None:
        root = root.resolve()
        if root not in program.parents:
            raise Report([Diagnostic("program-outside-root", f"`{program.name}` does not lie below `{root.name}`")])
        return Project(root, program)
    for folder in program.parents:
        if (folder / "lockfiles").is_dir():
            return Project(folder, program)
    return Project(program.parent, program)
