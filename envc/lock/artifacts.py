"""Data and weights: what they measure, and whether they still are what was locked."""

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
    """What data was found to be."""

    files: int
    size: int  # bytes
    sha256: str  # of the file; of a folder, over its sorted `sha256  path` lines
    revision: str | None = None  # what the server calls these bytes: a commit, an ETag


class RemoteArtifact(NamedTuple):
    """Data at an address that is to be measured, and what an older lock knows of it."""

    facet: Artifact
    known: MeasuredArtifact | None

    @property
    def scheme(self) -> str:
        """`https`, `s3`, `hf`."""
        return (self.facet.location or "").partition("://")[0]


def remote_artifacts(
    environment: Environment, old: Lock | None, *, again: bool
) -> tuple[list[RemoteArtifact], dict[str, MeasuredArtifact]]:
    """Return what lies at addresses and is to be measured, and what an older lock has measured at the same address.

    What was measured once is not read again; with `again` it is, unless the server says that it has not changed.
    """
    wanted, kept = [], {}
    for facet in environment.every(Artifact):
        if not facet.is_remote or facet.writable:
            continue
        known = _known(facet, old) if old else None
        if known and not again:
            kept[facet.name] = known
        else:
            wanted.append(RemoteArtifact(facet, known))
    return wanted, kept


def _known(facet: Artifact, old: Lock) -> MeasuredArtifact | None:
    """Return what a lock knows of the same version at the same address, unless the program says other bytes now."""
    # the need's text is kind, version, checksum and address; the first three hold no blank
    address = old.inputs.get("artifacts", {}).get(facet.name, "").split(" ", 3)[3:]
    for one in old.artifacts:
        if (one.name, one.version) == (facet.name, facet.version) and address == [facet.location]:
            if one.sha256 is None or one.size is None or one.files is None or facet.sha256 not in {None, one.sha256}:
                return None
            return MeasuredArtifact(one.files, one.size, one.sha256, one.revision)
    return None


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
        if facet.kind == "cache":
            continue
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
                revision=found.revision if found else None,
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
    mistakes += [
        _no_checksum(facet)
        for facet in environment.every(Artifact)
        if facet.is_remote and facet.delivery != "mounted" and locked[facet.name].sha256 is None
    ]
    if mistakes:
        raise Report(mistakes)


def _other_bytes(facet: Artifact, who: str, expected: str, found: str) -> Diagnostic:
    where = "at its address" if facet.is_remote else "here"
    return Diagnostic(
        "changed-data",
        f"`{facet.name}` {facet.version} has other bytes than before",
        (wrong(facet.origin.of("version"), f"{who} {expected[:12]}…, {where} is {found[:12]}…"),),
        helps=("give the new bytes a new version", "or bring the old bytes back"),
    )


def _no_checksum(facet: Artifact) -> Diagnostic:
    return Diagnostic(
        "no-checksum",
        f"nothing says what the bytes of `{facet.name}` must be",
        (wrong(facet.origin.of("location"), "the lock knows no checksum of it"),),
        helps=("`envc lock` reads it once and writes its checksum into the lock",),
    )
