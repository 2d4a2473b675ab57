"""Data, weights and caches as they were locked."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.facets import (
    Artifact,
)
from envc.language.hub_address import read_hub_address
from envc.lock.model import Lock, LockedArtifact
from envc.plan.file_parts import PlannedArtifact


def data_of(environment: Environment, lock: Lock) -> tuple[PlannedArtifact, ...]:
    """Return data, weights and caches, sorted by kind and name."""
    locked = {artifact.name: artifact for artifact in lock.artifacts}
    artifacts = [_artifact(facet, locked.get(facet.name)) for facet in environment.every(Artifact)]
    return tuple(sorted(artifacts, key=lambda artifact: (artifact.kind, artifact.name)))


def _artifact(facet: Artifact, locked: LockedArtifact | None) -> PlannedArtifact:
    """Return an artifact as it was locked; a cache is not."""
    return PlannedArtifact(
        kind=facet.kind,
        name=facet.name,
        version=facet.version,
        delivery=facet.delivery,
        path=facet.path,
        location=_location(facet, locked),
        writable=facet.writable,
        size=locked.size if locked else None,
        sha256=locked.sha256 if locked else None,
    )


def _location(facet: Artifact, locked: LockedArtifact | None) -> str | None:
    """Return where data come from; a revision of the Hub is the commit that it was when it was locked."""
    hub = read_hub_address(facet.location) if facet.location else None
    return hub.at(locked.revision) if hub and locked and locked.revision else facet.location
