"""The project's own files in the image."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.facets import (
    CopiedPath,
    IgnoredPath,
)
from envc.language.outside_facets import ProgramBuild
from envc.language.stage_facets import Stage
from envc.language.stages import seen_from
from envc.lock.source_tree import SourceTree
from envc.plan.built_parts import PlannedBuiltPackage, PlannedProject
from envc.plan.file_parts import PlannedCopy, PlannedFile
from envc.plan.places import Places
from envc.plan.wanted import root_path


def copies_of(
    environment: Environment,
    sources: SourceTree,
    places: Places,
    working_directory: str,
    stage: Stage | None = None,
) -> tuple[PlannedCopy, ...]:
    """Return what the image, or the builder alone, copies of the project, sorted by where it lies there."""
    ignored = tuple(sorted({facet.pattern for facet in environment.every(IgnoredPath)}))
    copies = []
    for facet in seen_from(environment, stage).every(CopiedPath):
        source = root_path(facet.source, facet.origin, "source", places)
        name = "" if facet.source == "." else source.rsplit("/", 1)[-1]
        path = facet.path or f"{working_directory}/{name}".rstrip("/")
        copies.append(_copy(sources, facet.source, source, path, ignored))
    return tuple(sorted(copies, key=lambda copy: (copy.path, copy.source)))


def projects_of(
    environment: Environment, built: tuple[PlannedBuiltPackage, ...], sources: SourceTree, places: Places
) -> tuple[PlannedProject, ...]:
    """Return the files of the folders that are built: packages in their order, and then programs."""
    ignored = tuple(sorted({facet.pattern for facet in environment.every(IgnoredPath)}))
    folders = [(build.name, build.folder) for build in built if build.folder is not None]
    programs = sorted(environment.every(ProgramBuild), key=lambda build: build.name)
    folders += [(f"build {build.name}", build.folder) for build in programs if build.folder is not None]
    return tuple(
        PlannedProject(
            name=name,
            source=folder,
            files=_files(sources, places.of_program_path(folder) or "."),
            ignored=ignored,
        )
        for name, folder in folders
    )


def _copy(sources: SourceTree, written: str, source: str, path: str, ignored: tuple[str, ...]) -> PlannedCopy:
    files = _files(sources, source)
    return PlannedCopy(source=written, path=path, folder=source in sources.folders, files=files, ignored=ignored)


def _files(sources: SourceTree, source: str) -> tuple[PlannedFile, ...]:
    prefix = "" if source == "." else f"{source}/"
    return tuple(
        PlannedFile(
            path="" if file.path == source else file.path.removeprefix(prefix),
            executable=file.executable,
            sha256=file.sha256,
            link=file.link,
        )
        for file in sources.below(source)
    )
