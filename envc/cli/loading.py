"""What most commands begin with: a program, its project, one environment, its lock."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from envc import compile as pipeline
from envc.diagnostics import Report, Source
from envc.language.environment import Environment, Meaning
from envc.language.facets import PackageFile
from envc.plan.places import Places
from envc.sources.program import read_program
from envc.sources.project import Project, find_project

if TYPE_CHECKING:
    from envc.cli.remembered import Memory
    from envc.lock.artifacts import MeasuredArtifact
    from envc.lock.files import LockedFiles

#: The file of a lock that is there when the lock is.
LOCK_FILE = "lock.json"


class Loaded(NamedTuple):
    """A program that was read and understood, and the environment that is meant."""

    source: Source
    project: Project
    meaning: Meaning
    environment: Environment
    places: Places
    memory: Memory | None = None

    @property
    def lock_folder(self) -> Path:
        """Where the lock lies."""
        return self.project.root / self.places.lock

    @property
    def output_folder(self) -> Path:
        """Where outputs go."""
        return self.project.root / self.places.output


def program_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which environment is meant and where its files lie."""
    parser.add_argument("program", type=Path, help="the program, train.env")
    parser.add_argument(
        "environment", nargs="?", help="one of its environments; the one with the file's name otherwise"
    )
    parser.add_argument("--root", type=Path, help="the project's root; the nearest folder with lockfiles/ otherwise")


def load(options: argparse.Namespace) -> Loaded:
    """Read and understand a program. Raises a Report."""
    memory: Memory = options.memory
    memory.resolved(options.program.parent)
    memory.read_file(options.program)
    loaded = load_program(options.program, options.environment, options.root, memory.read_file)
    if options.root is not None:
        memory.resolved(options.root)
        return loaded._replace(memory=memory)
    for folder in loaded.project.program.parents:
        if memory.looked_for(folder / "lockfiles"):
            break
    return loaded._replace(memory=memory)


def load_program(
    program: Path, name: str | None, root: Path | None, note: Callable[[Path], None] = lambda _: None
) -> Loaded:
    """Read and understand a program and the lists of packages that it names. Raises a Report.

    `note` is told of every list before it is read.
    """
    from envc.cli.console import show

    source = read_program(program, program.as_posix())
    meaning = pipeline.understand(source)
    environment = pipeline.environment_of(meaning, source, program.stem, name)
    show(environment.warnings)
    project = find_project(program, root)
    places = project.places(environment.name)
    if any(isinstance(facet, PackageFile) for facet in environment.facets):
        from envc.lock.lists.expand import expand
        from envc.sources.package_lists import list_reader

        environment = expand(environment, list_reader(project.root, places, source.path, note))
    return Loaded(source, project, meaning, environment, places)


def read_lock(loaded: Loaded) -> LockedFiles | None:
    """Return the environment's lock, or None when there is none. Raises a Report when it is damaged."""
    folder = loaded.lock_folder
    if loaded.memory:
        loaded.memory.read_folder(folder)
    if not (folder / LOCK_FILE).is_file():
        from envc.sources.writing import recover_folder

        recover_folder(folder)
        if not (folder / LOCK_FILE).is_file():
            return None
    from envc.lock.files import read as read_lock_files

    return read_lock_files(lock_texts(folder, loaded.places.lock), loaded.places.lock)


def lock_texts(folder: Path, shown: str) -> dict[str, str]:
    """Return the texts of a lock's folder by name; `shown` is how messages name it. Raises a Report for other bytes."""
    texts = {}
    for file in folder.iterdir():
        if file.suffix in {".json", ".txt"} and file.is_file():
            try:
                texts[file.name] = file.read_bytes().decode()
            except UnicodeDecodeError:
                from envc.lock.files import damaged

                raise damaged(Source(f"{shown}/{file.name}", ""), "it is no text in UTF-8") from None
    return texts


def fresh_lock(loaded: Loaded) -> LockedFiles:
    """Return the lock. Raises a Report when there is none or it was made for another program."""
    from envc.lock.freshness import is_fresh, missing_lock, stale_lock

    locked = read_lock(loaded)
    program = loaded.source.path
    place = f"{loaded.places.lock}/{LOCK_FILE}"
    if locked is None:
        raise Report([missing_lock(loaded.environment, program, place)])
    if not is_fresh(loaded.environment, locked.lock):
        raise Report([stale_lock(loaded.environment, locked.lock, program, place)])
    return locked


def compile_loaded(loaded: Loaded, locked: LockedFiles, arguments: Mapping[str, str]) -> pipeline.Compiled:
    """Read what the image copies and compile. Raises a Report."""
    from envc.language.facets import Artifact
    from envc.lock.artifacts import check_artifacts
    from envc.plan.wanted import copied_paths, ignored_patterns
    from envc.sources.tree import read_tree

    environment, places = loaded.environment, loaded.places
    ignored = ignored_patterns(environment, places)
    wanted = copied_paths(environment, places)
    sources = read_tree(loaded.project.root, wanted, ignored)
    if loaded.memory:
        loaded.memory.read_tree(loaded.project.root, wanted, ignored, sources)
    copied = {facet.name for facet in environment.every(Artifact) if facet.delivery == "copied"}
    check_artifacts(environment, locked.lock, measure_artifacts(loaded, copied))
    addresses = index_addresses(locked, environment)
    return pipeline.compile_environment(environment, locked, sources, places, addresses, arguments)


def measure_artifacts(loaded: Loaded, names: set[str] | None = None) -> dict[str, MeasuredArtifact]:
    """Read local data and weights, all or those named, and measure them. Raises a Report when one is missing."""
    from envc.lock.artifacts import measure
    from envc.plan.wanted import local_artifacts
    from envc.sources.tree import read_tree

    wanted = local_artifacts(loaded.environment, loaded.places)
    measured = {}
    for name, one in wanted.items():
        if names is None or name in names:
            tree = read_tree(loaded.project.root, [one])
            measured[name] = measure(tree, one.source)
            if loaded.memory:
                loaded.memory.read_tree(loaded.project.root, [one], (), tree)
    return measured


def index_addresses(locked: LockedFiles, environment: Environment) -> dict[str, str]:
    """Return the public addresses of the named indexes of a lock: the program's own, and those that envc knows."""
    names = [index for index in locked.lock.indexes if index]
    if not names:
        return {}
    from envc.knowledge.library import Library
    from envc.lock.routes import program_addresses

    library, own = Library(), program_addresses(environment)
    return {name: address for name in names if (address := own.get(name) or library.index_address(name))}


def build_arguments(given: list[str]) -> dict[str, str]:
    """Read `NAME=VALUE` texts. Raises SystemExit 2 for any other."""
    chosen = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            sys.stderr.write(f"envc: --arg takes NAME=VALUE, not `{text}`\n")
            raise SystemExit(2)
        chosen[name] = value
    return chosen
