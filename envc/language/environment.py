"""A checked environment: what the program says, understood, with every value's place in the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from envc.diagnostics import Diagnostic, Span
from envc.language.facets import Facet
from envc.language.lookup import facets_of_kind, facets_with
from envc.language.origin import Origin
from envc.language.stage_facets import Stage
from envc.language.word import Declaration

FacetType = TypeVar("FacetType")


class Declared(NamedTuple):
    """An understood item and where it stands."""

    declaration: Declaration
    origin: Origin
    inherited: str | None = None  # the parent that says it
    uses: tuple[Span, ...] = ()  # the uses of modules that brought it, the program's own first
    platform: str | None = None  # the only platform that it holds on
    stage: Stage | None = None  # the only stage that it holds in


class ChosenParameter(NamedTuple):
    """A parameter of an environment, its own or a parent's, and the value that it has."""

    name: str
    value: str
    declared: Span
    written: Span  # where the value stands: the default, behind `from`, on the command line


class Environment(NamedTuple):
    """One `env` of a program. Knows nothing of what will be chosen for it.

    It holds what is said for every platform; `on` gives the environment of one platform.
    """

    name: str
    edition: int
    origin: Origin
    declared: tuple[Declared, ...]
    facets: tuple[Facet, ...]
    warnings: tuple[Diagnostic, ...] = ()
    parameters: tuple[ChosenParameter, ...] = ()
    variants: tuple[tuple[str, Environment], ...] = ()
    group: tuple[str, ...] = ()  # the environments that it is resolved together with, itself among them, sorted

    def every(self, kind: type[FacetType]) -> list[FacetType]:
        """Return all facets of a kind in the order of the text."""
        return list(facets_of_kind(self.facets, kind))

    def every_with(self, kind: type[FacetType], field: str, value: object) -> Sequence[FacetType]:
        """Return all facets of a kind one field of which has a value, in the order of the text."""
        return facets_with(self.facets, kind, field, value)

    def one(self, kind: type[FacetType]) -> FacetType | None:
        """Return the facet of a kind that an environment has at most once, or None."""
        return next(iter(facets_of_kind(self.facets, kind)), None)

    def on(self, platform: str) -> Environment:
        """Return the environment of a platform, `linux/arm64`: what its `on` says lies over the rest."""
        return next((variant for name, variant in self.variants if name == platform), self)


class Member(NamedTuple):
    """An environment of a group, and where the group names it."""

    name: str
    span: Span


class Group(NamedTuple):
    """Environments that are resolved together."""

    name: str
    origin: Origin
    members: tuple[Member, ...]


class Meaning(NamedTuple):
    """All that a program says."""

    edition: int
    environments: tuple[Environment, ...]
    groups: tuple[Group, ...] = ()
