"""What most commands begin with: a program, its project, one environment, its lock."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from envc import compile as pipeline
from envc.diagnostics import Report, Source
from envc.language.environment import Environment, Meaning
from envc.language.facets import PackageFile
from envc.plan.places import Places
from envc.sources.program import read_program, refuse_twin
from envc.sources.project import Project, find_project

if TYPE_CHECKING:
    from envc.cli.remembered import Memory
    from envc.lock.artifacts import MeasuredArtifact
    from envc.lock.files import LockedFiles

#: The file of a lock that is there when the lock is.
LOCK_FILE = "lock.json"

#: What an image runs on when nothing else is asked for.
PLATFORM = "linux/amd64"


class Loaded(NamedTuple):
    """A program that was read and understood, and the environment that is meant."""

    source: Source
    project: Project
    meaning: Meaning
    environment: Environment
    places: Places
    memory: Memory | None = None
    platform: str | None = None  # as asked, `linux/arm64`

    def on(self, platform: str) -> Loaded:
        """Return it with the environment of a platform."""
        return self._replace(environment=self.environment.on(platform))

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
    platform_argument(parser)
    set_argument(parser)


def platform_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says what the image runs on."""
    parser.add_argument("--platform", metavar="PLATFORM", help="what the image runs on, linux/arm64; see `envc lock`")


def frozen_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that every command takes, for those that never choose anything anyhow."""
    parser.add_argument(
        "--frozen", action="store_true", help="a missing or stale lock is an error; so it is without it, too"
    )


def set_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that gives values to parameters."""
    parser.add_argument(
        "--set",
        dest="values",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="the value of a parameter, which `takes` declares",
    )


def load(options: argparse.Namespace) -> Loaded:
    """Read and understand a program. Raises a Report."""
    values = build_arguments(options.values, "--set")
    loaded = load_program(options.program, options.environment, options.root, values, options.memory)
    return loaded._replace(platform=options.platform)


def load_program(
    program: Path,
    name: str | None,
    root: Path | None,
    values: Mapping[str, str] | None = None,
    memory: Memory | None = None,
) -> Loaded:
    """Read and understand a program; `values` are those of its parameters. Raises a Report."""
    return load_environments(program, [name], root, values, memory)[0]


def load_environments(
    program: Path,
    names: Sequence[str | None] | None,
    root: Path | None,
    values: Mapping[str, str] | None = None,
    memory: Memory | None = None,
) -> list[Loaded]:
    """Read a program once and return its environments of these names, or all of them. Raises a Report.

    The name None means the environment that has the file's name. `memory` takes note of what was read.
    """
    from envc.cli.console import show
    from envc.sources.modules import ModulesBeside

    if memory:
        memory.resolved(program.parent)
        memory.read_file(program)
    refuse_twin(program)
    source = read_program(program, program.as_posix())
    folder = program.parent
    modules = ModulesBeside(folder, folder.as_posix(), memory.read_file if memory else lambda _: None)
    meaning = pipeline.understand(source, modules)
    project = find_project(program, root)
    if memory:
        _note_root(project, root, memory)
    if names is None:
        wanted = meaning.environments
    else:
        wanted = tuple(pipeline.environment_of(meaning, source, program.stem, name) for name in names)
    found = []
    for one in wanted:
        own, environment = meaning, one
        if values:
            from envc.language.check import Chosen

            own = pipeline.understand(source, modules, Chosen(one.name, values))
            environment = pipeline.environment_of(own, source, program.stem, one.name)
        show(environment.warnings)
        full = _with_lists(environment, source, project, memory)
        found.append(Loaded(source, project, own, full, project.places(one.name), memory))
    return found


def _with_lists(environment: Environment, source: Source, project: Project, memory: Memory | None) -> Environment:
    """Return the environment with what the lists of packages that it names hold. Raises a Report."""
    sides = (environment, *(variant for _, variant in environment.variants))
    if not any(isinstance(facet, PackageFile) for side in sides for facet in side.facets):
        return environment
    from envc.lock.lists.expand import expand
    from envc.sources.package_lists import list_reader

    note = memory.read_file if memory else lambda _: None
    read = list_reader(project.root, project.places(environment.name), source.path, note)
    variants = tuple((platform, expand(variant, read)) for platform, variant in environment.variants)
    return expand(environment, read)._replace(variants=variants)


def with_group(loaded: Loaded) -> list[Loaded]:
    """Return the environments that are locked together with one, itself among them, in the order of the program."""
    names = {loaded.environment.name, *loaded.environment.group}
    return [
        loaded
        if environment.name == loaded.environment.name
        else loaded._replace(
            environment=_with_lists(environment, loaded.source, loaded.project, loaded.memory),
            places=loaded.project.places(environment.name),
        )
        for environment in loaded.meaning.environments
        if environment.name in names
    ]


def _note_root(project: Project, root: Path | None, memory: Memory) -> None:
    """Take note of what decided where the project's root is."""
    if root is not None:
        memory.resolved(root)
        return
    for folder in project.program.parents:
        if memory.looked_for(folder / "lockfiles"):
            return


def read_lock(loaded: Loaded) -> LockedFiles | None:
    """Return the environment's lock on the platform, or None when there is none. Raises a Report when it is damaged.

    When no platform is asked for it is linux/amd64's, or that of the only other platform.
    """
    platforms = read_platforms(loaded)
    return platforms.get(loaded.platform or default_platform(platforms))


def default_platform(platforms: Mapping[str, LockedFiles]) -> str:
    """Return the platform that is meant when none is named."""
    return PLATFORM if PLATFORM in platforms or not platforms else min(platforms)


def read_platforms(loaded: Loaded) -> dict[str, LockedFiles]:
    """Return the environment's locks by platform; none when it was never locked. Raises a Report for a damaged one."""
    folder = loaded.lock_folder
    if loaded.memory:
        loaded.memory.read_folder(folder)
    if not (folder / LOCK_FILE).is_file():
        from envc.sources.writing import recover_folder

        recover_folder(folder)
        if not (folder / LOCK_FILE).is_file():
            return {}
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
        raise Report([missing_lock(loaded.environment, program, place, loaded.platform)])
    environment = loaded.environment.on(locked.lock.platform)
    if not is_fresh(environment, locked.lock):
        raise Report([stale_lock(environment, locked.lock, program, place)])
    return locked


def compile_loaded(loaded: Loaded, locked: LockedFiles, arguments: Mapping[str, str]) -> pipeline.Compiled:
    """Read what the image copies and compile. Raises a Report."""
    from envc.language.facets import Artifact
    from envc.lock.artifacts import check_artifacts
    from envc.plan.wanted import copied_paths, ignored_patterns
    from envc.sources.tree import read_tree

    loaded = loaded.on(locked.lock.platform)
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
    """Return the public addresses of the named indexes of a lock, and of the snapshots that it was made from.

    The program's own addresses come first, then those that envc knows.
    """
    names = [index for index in locked.lock.indexes if index]
    snapshots = any(one.snapshot for one in locked.lock.distributions)
    if not names and not snapshots:
        return {}
    from envc.knowledge.library import Library
    from envc.lock.routes import program_addresses

    library = Library()
    own = program_addresses(environment)
    found = {name: address for name in names if (address := own.get(name) or library.index_address(name))}
    if snapshots:
        from envc.plan.apt import snapshots_name

        found |= {snapshots_name(name): address for name, address in library.snapshot_addresses().items()}
    return found


def build_arguments(given: list[str], option: str = "--arg") -> dict[str, str]:
    """Read `NAME=VALUE` texts. Raises SystemExit 2 for any other."""
    chosen = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            sys.stderr.write(f"envc: {option} takes NAME=VALUE, not `{text}`\n")
            raise SystemExit(2)
        chosen[name] = value
    return chosen
