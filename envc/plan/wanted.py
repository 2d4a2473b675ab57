"""Which files of the project an environment's image holds. Pure; reading them is another room's work."""

from __future__ import annotations

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import Artifact, CopiedPath, IgnoredPath, ListedPackage
from envc.language.origin import Origin
from envc.language.outside_facets import ProgramBuild
from envc.language.stages import seen_from
from envc.lock.source_tree import WantedPath
from envc.plan.places import Places


def copied_paths(environment: Environment, places: Places) -> tuple[WantedPath, ...]:
    """Return the paths that `copy` names, and those that are built. Raises a Report when one leaves the root."""
    paths = [*environment.every(CopiedPath), *seen_from(environment, "builder").every(CopiedPath)]
    copied = [(facet.source, facet.origin, "source") for facet in paths]
    copied += [
        (facet.source.address, facet.origin, "source")
        for facet in environment.every(ListedPackage)
        if facet.source is not None and facet.source.kind == "folder"
    ]
    copied += [(one.folder, one.origin, "folder") for one in environment.every(ProgramBuild) if one.folder is not None]
    return tuple(
        WantedPath(root_path(path, origin, field, places), origin=origin.of(field)) for path, origin, field in copied
    )


def local_artifacts(environment: Environment, places: Places) -> dict[str, WantedPath]:
    """Return the paths of data and weights that lie in the project, by name. Output folders have nothing to read."""
    return {
        facet.name: WantedPath(
            root_path(facet.location, facet.origin, "location", places),
            filtered=False,
            linked=facet.delivery == "mounted",
            origin=facet.origin.of("location"),
        )
        for facet in environment.every(Artifact)
        if facet.location is not None and not facet.is_remote and not facet.writable
    }


def ignored_patterns(environment: Environment, places: Places) -> tuple[str, ...]:
    """Return what `ignore` leaves out: names at any depth, and paths relative to the root."""
    patterns = []
    for facet in environment.every(IgnoredPath):
        pattern = facet.pattern
        patterns.append(root_path(pattern, facet.origin, "patterns", places) if "/" in pattern else pattern)
    return tuple(sorted(set(patterns)))


def root_path(path: str, origin: Origin, field: str, places: Places) -> str:
    """Return a program's path relative to the root. Raises a Report when it leaves the root."""
    found = places.of_program_path(path)
    if found is None:
        raise Report(
            [
                Diagnostic(
                    "path-leaves-root",
                    f"`{path}` lies outside the project",
                    (wrong(origin.of(field), "above the project's root"),),
                    notes=("the root is the nearest folder at or above the program that has `lockfiles/`",),
                )
            ]
        )
    return found
