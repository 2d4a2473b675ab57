"""A checked environment: what the program says, understood, with every value's place in the text."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from envc.diagnostics import Diagnostic
from envc.language.facets import Facet
from envc.language.origin import Origin
from envc.language.word import Declaration

FacetType = TypeVar("FacetType")


class Declared(NamedTuple):
    """An understood item and where it stands."""

    declaration: Declaration
    origin: Origin


class Environment(NamedTuple):
    """One `env` of a program. Knows nothing of what will be chosen for it."""

    name: str
    edition: int
    origin: Origin
    declared: tuple[Declared, ...]
    facets: tuple[Facet, ...]
    warnings: tuple[Diagnostic, ...] = ()

    def every(self, kind: type[FacetType]) -> list[FacetType]:
        """Return all facets of a kind in the order of the text."""
        return [facet for facet in self.facets if isinstance(facet, kind)]

    def one(self, kind: type[FacetType]) -> FacetType | None:
        """Return the facet of a kind that an environment has at most once, or None."""
        return next((facet for facet in self.facets if isinstance(facet, kind)), None)


class Meaning(NamedTuple):
    """All that a program says."""

    edition: int
    environments: tuple[Environment, ...]
