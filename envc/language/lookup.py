"""Facets of an environment by kind and by what they say: looked up and not searched for, so that checking is linear."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar, cast

if TYPE_CHECKING:
    from envc.language.facets import Facet

FacetType = TypeVar("FacetType")
Anything = TypeVar("Anything")


class Same(Generic[Anything]):
    """Anything as a key of a cache, by what it is and not by what it holds: only itself is equal to it."""

    def __init__(self, itself: Anything) -> None:
        self.itself = itself

    def __hash__(self) -> int:
        return id(self.itself)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.itself is self.itself


class _Index:
    """Facets of one environment, sorted as they were asked for."""

    def __init__(self, facets: tuple[Facet, ...]) -> None:
        self.facets = facets
        self.kinds: dict[type, tuple[Facet, ...]] = {}
        self.fields: dict[tuple[type, str], dict[object, list[Facet]]] = {}

    def of_kind(self, kind: type) -> tuple[Facet, ...]:
        """Return the facets of a kind."""
        if kind not in self.kinds:
            self.kinds[kind] = tuple(facet for facet in self.facets if isinstance(facet, kind))
        return self.kinds[kind]

    def by_field(self, kind: type, field: str) -> dict[object, list[Facet]]:
        """Return the facets of a kind by what a field of theirs holds."""
        if (kind, field) not in self.fields:
            found = self.fields[kind, field] = {}
            for facet in self.of_kind(kind):
                found.setdefault(getattr(facet, field), []).append(facet)
        return self.fields[kind, field]


@lru_cache(maxsize=8)
def _index(same: Same[tuple[Facet, ...]]) -> _Index:
    return _Index(same.itself)


def facets_of_kind(facets: tuple[Facet, ...], kind: type[FacetType]) -> tuple[FacetType, ...]:
    """Return the facets of a kind, in their order."""
    return cast("tuple[FacetType, ...]", _index(Same(facets)).of_kind(kind))


def facets_with(
    facets: tuple[Facet, ...], kind: type[FacetType], field: str, value: object
) -> tuple[FacetType, ...] | list[FacetType]:
    """Return the facets of a kind one field of which has a value, in their order."""
    return cast("list[FacetType]", _index(Same(facets)).by_field(kind, field).get(value, ()))
