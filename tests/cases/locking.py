"""Locks a program without the world: its image from the table that envc ships, no packages, local data as it lies."""

from __future__ import annotations

from pathlib import Path

from envc.compile import understand
from envc.diagnostics import Source
from envc.knowledge.library import Library
from envc.lock.artifacts import measure
from envc.lock.files import LockedFiles, write
from envc.lock.resolution import Image, ImageRequest, Progress, Request, Resolution
from envc.lock.world import World
from envc.plan.places import places_of
from envc.plan.wanted import local_artifacts
from envc.sources.program import read_program
from envc.sources.tree import read_tree
from tests.unit.lock.world import choose


class NoRegistry:
    """A world in which no registry answers."""

    def find(self, request: ImageRequest) -> Image | None:  # noqa: ARG002  # it knows none
        return None


class NoResolver:
    """A world without packages."""

    def resolve(self, request: Request, progress: Progress) -> Resolution:  # noqa: ARG002  # it is never asked
        raise AssertionError("a case is locked without packages")


def lock_program(source: Source, root: Path, name: str) -> LockedFiles:
    """Lock the only environment of a program that lies in a folder under a name."""
    (environment,) = understand(source).environments
    places = places_of(name, environment.name)
    measured = {
        one: measure(read_tree(root, [path]), path.source) for one, path in local_artifacts(environment, places).items()
    }
    world = World(Library(), NoResolver(), NoRegistry(), measured, {}, lambda _: None)
    return choose(environment, "linux/amd64", world)


def write_lock(root: Path, name: str) -> None:
    """Lock a program of a folder and write the lock where envc looks for it."""
    source = read_program(root / name, name)
    locked = lock_program(source, root, name)
    folder = root / places_of(name, locked.lock.environment).lock
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in write([locked]).items():
        (folder / file).write_text(text, encoding="utf-8")
