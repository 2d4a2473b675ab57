"""Who has a name first. Names are looked up and not searched for, so that checking stays linear in a program's size."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from envc.diagnostics import Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.cluster_facets import Target
from envc.language.environment import Environment
from envc.language.facets import (
    Artifact,
    BuildArgument,
    Facet,
    ImageLabel,
    PackageIndex,
    PythonPackage,
    Secret,
    Setting,
)
from envc.language.lookup import Same, facets_of_kind
from envc.language.outside_facets import CondaPackage, GitSource, ProgramBuild, Tool, Toolchain
from envc.language.package_rules import Override
from envc.language.package_source import ProjectFolder

Kind = Literal[
    "variable",
    "secret",
    "artifact",
    "package",
    "label",
    "target",
    "source",
    "override",
    "build",
    "toolchain",
    "tool",
    "project",
    "conda",
    "index",
    "package behind `for`",
]
_NAMED: dict[type, Kind] = {
    Setting: "variable",
    BuildArgument: "variable",
    Secret: "secret",
    Artifact: "artifact",
    PythonPackage: "package",
    ImageLabel: "label",
    Target: "target",
    Override: "override",
    GitSource: "source",
    ProgramBuild: "build",
    Toolchain: "toolchain",
    Tool: "tool",
    ProjectFolder: "project",
    CondaPackage: "conda",
    PackageIndex: "index",
}


def taken_before(environment: Environment, kind: Kind, name: str, place: Span) -> tuple[Label, ...]:
    """Return labels for a name and for who has it first, or none when it is this place alone."""
    places = _places(Same(environment.facets)).get((kind, name), {})
    first = next(iter(places), place)
    if first != place:
        return (wrong(place, "again here"), Label(first, "first here"))
    return (wrong(place, "again here"),) if places.get(place, 0) > 1 else ()  # by a module that is used twice


@lru_cache(maxsize=4)
def _places(same: Same[tuple[Facet, ...]]) -> dict[tuple[Kind, str], dict[Span, int]]:
    """Return for every name the places that it stands at, in their order, and how often."""
    found: dict[tuple[Kind, str], dict[Span, int]] = {}

    def take(kind: Kind, name: str, place: Span) -> None:
        places = found.setdefault((kind, name), {})
        places[place] = places.get(place, 0) + 1

    for facet in same.itself:
        kind = _NAMED.get(type(facet))
        if kind is not None:
            take(kind, _name_of(facet), facet.origin.of(_field_of(facet)))
        if isinstance(facet, Secret) and facet.variable and not facet.build:
            take("variable", facet.variable, facet.origin.of("variable"))
        if isinstance(facet, PackageIndex):
            for position, name in enumerate(facet.packages):
                take("package behind `for`", name, facet.origin.of(f"packages.{position}"))
    return found


def accelerated_packages(environment: Environment) -> Mapping[str, PythonPackage]:
    """Return the packages of `ml`, by name."""
    return _accelerated(Same(environment.facets))


@lru_cache(maxsize=4)
def _accelerated(same: Same[tuple[Facet, ...]]) -> Mapping[str, PythonPackage]:
    return {one.name: one for one in facets_of_kind(same.itself, PythonPackage) if one.accelerated}


def _name_of(facet: Facet) -> str:
    return facet.path if isinstance(facet, ProjectFolder) else str(getattr(facet, "name", ""))


def _field_of(facet: Facet) -> str:
    """Return the field in which a facet's word has its name."""
    if isinstance(facet, ProjectFolder):
        return "path"
    return "of" if isinstance(facet, Artifact) and facet.kind != "cache" else "name"
