"""Local data and weights: what they measure, and whether they still are what was locked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import Artifact
from envc.lock.model import Lock, LockedArtifact
from envc.lock.source_tree import SourceTree, folder_checksum


class MeasuredArtifact(NamedTuple):
    """What local data was found to be."""

    files: int
    size: int  # bytes
    sha256: str  # of the file; of a folder, over its sorted `sha256  path` lines


def measure(tree: SourceTree, source: str) -> MeasuredArtifact:
    """Measure a file or folder that was read; `source` is its path from the root."""
    files = tree.below(source)
    size = sum(file.size for file in files)
    if source in tree.folders:
        return MeasuredArtifact(len(files), size, folder_checksum(files, source))
    return MeasuredArtifact(1, size, files[0].sha256)


def lock_artifacts(
    environment: Environment, measured: Mapping[str, MeasuredArtifact], old: Lock | None
) -> tuple[LockedArtifact, ...]:
    """Return every data set and model with what is known of its bytes. The same version must have the same bytes."""
    before = {(one.name, one.version): one for one in old.artifacts} if old else {}
    locked, mistakes = [], []
    for facet in sorted(environment.every(Artifact), key=lambda facet: facet.name):
        found = measured.get(facet.name)
        sha256 = found.sha256 if found else facet.sha256
        known = before.get((facet.name, facet.version))
        if found and facet.sha256 and found.sha256 != facet.sha256:
            mistakes.append(_other_bytes(facet, "the program says", facet.sha256, found.sha256))
        elif known and known.sha256 and sha256 and known.sha256 != sha256:
            mistakes.append(_other_bytes(facet, "the lock says", known.sha256, sha256))
        locked.append(
            LockedArtifact(
                kind=facet.kind,
                name=facet.name,
                version=facet.version,
                files=found.files if found else None,
                size=found.size if found else None,
                sha256=sha256,
            )
        )
    if mistakes:
        raise Report(mistakes)
    return tuple(locked)


def check_artifacts(environment: Environment, lock: Lock, measured: Mapping[str, MeasuredArtifact]) -> None:
    """Compare what is about to be copied with the lock. Raises a Report when the bytes are others."""
    locked = {one.name: one for one in lock.artifacts}
    mistakes = [
        _other_bytes(facet, "the lock says", expected, measured[facet.name].sha256)
        for facet in environment.every(Artifact)
        if facet.name in measured and (expected := locked[facet.name].sha256 or "") != measured[facet.name].sha256
    ]
    if mistakes:
        raise Report(mistakes)


def _other_bytes(facet: Artifact, who: str, expected: str, found: str) -> Diagnostic:
    return Diagnostic(
        "changed-data",
        f"`{facet.name}` {facet.version} has other bytes than before",
        (wrong(facet.origin.of("version"), f"{who} {expected[:12]}…, here is {found[:12]}…"),),
        helps=("give the new bytes a new version", "or bring the old bytes back"),
    )
