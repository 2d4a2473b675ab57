"""`stage`: what its items mean, for they say the same as elsewhere and say it of one stage."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from envc.language.environment import Declared, Environment
from envc.language.facets import CopiedPath, Facet, Setting, SystemPackage
from envc.language.lookup import Same
from envc.language.origin import Origin
from envc.language.outside_facets import ImageFile, Tool
from envc.language.stage_facets import BuilderFile, BuilderSetting, Stage


def in_stage(facet: Facet, stage: Stage) -> Facet:
    """Return what a facet is when it is said in a stage. What no stage is named for is for what runs."""
    if isinstance(facet, SystemPackage):
        return facet._replace(stage=stage)
    if isinstance(facet, Setting) and stage == "builder":
        return BuilderSetting(facet, facet.origin)
    if isinstance(facet, Tool | CopiedPath | ImageFile) and stage == "builder":
        return BuilderFile(facet, facet.origin)
    return facet


def seen_from(environment: Environment, stage: Stage | None) -> Environment:
    """Return an environment as the items of a stage see it when they look for contradictions: the builder's alone."""
    if stage != "builder":
        return environment
    return environment._replace(facets=tuple(_own(environment)))


def said_in_stage(facet: Facet) -> Facet:
    """Return what a facet would be outside of its stage."""
    if isinstance(facet, BuilderSetting):
        return facet.setting
    return facet.file if isinstance(facet, BuilderFile) else facet


def _own(environment: Environment) -> Iterator[Facet]:
    return (said_in_stage(one) for one in environment.facets if isinstance(one, BuilderSetting | BuilderFile))


def is_staged(environment: Environment, origin: Origin) -> bool:
    """Say whether an item stands in a `stage`."""
    return id(origin.item) in _staged_items(Same(environment.declared))


@lru_cache(maxsize=4)
def _staged_items(same: Same[tuple[Declared, ...]]) -> frozenset[int]:
    return frozenset(id(one.origin.item) for one in same.itself if one.stage)
