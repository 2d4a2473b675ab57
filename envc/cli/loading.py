"""What most commands begin with: a program, its project, one environment, its lock."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from envc import compile as pipeline
from envc.cli.program_options import build_arguments
from envc.diagnostics import Diagnostic, Source
from envc.language.environment import Environment, Meaning
from envc.language.facets import Facet, PackageFile
from envc.language.package_rules import Patch
from envc.language.package_source import ProjectFolder
from envc.plan.places import Places
from envc.sources.modules import ModulesBeside
from envc.sources.program import read_program, refuse_twin
from envc.sources.project import Project, find_project

if TYPE_CHECKING:
    from envc.cli.remembered import Memory

Read = TypeVar("Read")


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
    """Read a program once and return its environments of these names, or all of them. Raises a Report."""
    opened = open_program(program, root, memory)
    return [opened.load(environment, values) for environment in opened.chosen(names)]


class Opened(NamedTuple):
    """A program that was read and understood, before its environments are completed with what else they name."""

    source: Source
    stem: str  # the program's name, which one of its environments may have
    project: Project
    meaning: Meaning
    modules: ModulesBeside
    memory: Memory | None

    def chosen(self, names: Sequence[str | None] | None) -> tuple[Environment, ...]:
        """Return the environments of these names, each once, or all. Raises a Report for a name that is none.

        The name None means the environment that has the file's name.
        """
        if names is None:
            return self.meaning.environments
        found = [self._environment(self.meaning, name) for name in names]
        return tuple({environment.name: environment for environment in found}.values())

    def load(
        self, environment: Environment, values: Mapping[str, str] | None = None, told: Collection[Diagnostic] = ()
    ) -> Loaded:
        """Return an environment with the values of its parameters and its lists of packages. Raises a Report.

        Its warnings are shown, without those that were `told`.
        """
        from envc.cli.console import show

        meaning = self.meaning
        if values:
            from envc.language.check import Chosen

            meaning = pipeline.understand(self.source, self.modules, Chosen(environment.name, values))
            environment = self._environment(meaning, environment.name)
        show(one for one in environment.warnings if one not in told)
        full = _with_files(environment, self.source, self.project, self.memory)
        return Loaded(self.source, self.project, meaning, full, self.project.places(full.name), self.memory)

    def _environment(self, meaning: Meaning, name: str | None) -> Environment:
        return pipeline.environment_of(meaning, self.source, self.stem, name)


def open_program(program: Path, root: Path | None, memory: Memory | None = None) -> Opened:
    """Read and understand a program. Raises a Report. `memory` takes note of what was read."""
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
    return Opened(source, program.stem, project, meaning, modules, memory)


def _with_files(environment: Environment, source: Source, project: Project, memory: Memory | None) -> Environment:
    """Return the environment with what the lists of packages and the patches that it names hold. Raises a Report."""
    kinds = {type(facet) for facet in _all_facets(environment)}
    places = project.places(environment.name)
    note = memory.read_file if memory else lambda _: None
    if kinds & {PackageFile, ProjectFolder}:
        from envc.lock.lists.expand import expand
        from envc.sources.package_lists import list_reader

        environment = _on_all(environment, expand, list_reader(project.root, places, source.path, note))
    if Patch in kinds:
        from envc.lock.patches import with_patches
        from envc.sources.patches import patch_reader

        environment = _on_all(environment, with_patches, patch_reader(project.root, places, source.path, note))
    from envc.lock.wheels import has_local_wheels

    if has_local_wheels(_all_facets(environment)):
        from envc.lock.wheels import with_wheels
        from envc.sources.wheels import wheel_digests

        environment = _on_all(environment, with_wheels, wheel_digests(project.root, places, note))
    return environment


def _all_facets(environment: Environment) -> Iterator[Facet]:
    for side in (environment, *(variant for _, variant in environment.variants)):
        yield from side.facets


def _on_all(environment: Environment, fill: Callable[[Environment, Read], Environment], read: Read) -> Environment:
    """Return the environment filled with files, on every platform."""
    variants = tuple((platform, fill(variant, read)) for platform, variant in environment.variants)
    return fill(environment, read)._replace(variants=variants)


def with_group(loaded: Loaded) -> list[Loaded]:
    """Return the environments that are locked together with one, itself among them, in the order of the program."""
    names = {loaded.environment.name, *loaded.environment.group}
    return [
        loaded
        if environment.name == loaded.environment.name
        else loaded._replace(
            environment=_with_files(environment, loaded.source, loaded.project, loaded.memory),
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
