"""`stage`: what its items mean, for they say the same as elsewhere and say it of one stage."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.facets import Facet, Setting, SystemPackage
from envc.language.stage_facets import BuilderSetting, Stage


def in_stage(facet: Facet, stage: Stage) -> Facet:
    """Return what a facet is when it is said in a stage. What runs has every variable that no stage is named for."""
    if isinstance(facet, SystemPackage):
        return facet._replace(stage=stage)
    if isinstance(facet, Setting) and stage == "builder":
        return BuilderSetting(facet, facet.origin)
    return facet


def seen_from(environment: Environment, stage: Stage | None) -> Environment:
    """Return an environment as the items of a stage see it when they look for contradictions: the builder's alone."""
    if stage != "builder":
        return environment
    own = tuple(one.setting for one in environment.every(BuilderSetting))
    return environment._replace(facets=own)
