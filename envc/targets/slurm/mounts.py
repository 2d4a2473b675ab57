"""What the job mounts: folders of the project, folders that all nodes share, files of secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from envc.plan.launching import Late
from envc.targets.slurm.words import Joined, Word

if TYPE_CHECKING:
    from envc.plan.file_parts import PlannedArtifact
    from envc.plan.plan import Plan

ROOT = Late("envc_root")
DATA = Late("envc_data")


class Mount(NamedTuple):
    """A file or folder of the node, and where the container has it."""

    source: Word
    target: str
    readonly: bool

    def joined(self, readonly: str = ":ro", writable: str = "") -> Joined:
        """Return both places with colons between."""
        source = self.source.parts if isinstance(self.source, Joined) else (self.source,)
        return Joined((*source, f":{self.target}{readonly if self.readonly else writable}"))


def mounts_of(plan: Plan) -> list[Mount]:
    """Return all mounts of the program's container."""
    found = [mount_of(plan, one) for one in plan.data if one.delivery != "copied"]
    found += [
        Mount(Late(one.file_variable), f"/run/secrets/{one.name}", readonly=True)
        for one in plan.run.secrets
        if not one.variable
    ]
    return found


def mount_of(plan: Plan, artifact: PlannedArtifact, *, writable: bool = False) -> Mount:
    """Return the mount of data, weights or a cache; who fetches may write."""
    source = _folder(artifact) if is_shared(artifact) else f"/{plan.placement.at_root(artifact.location or '')}"
    place = DATA if is_shared(artifact) else ROOT
    return Mount(Joined((place, source)), artifact.path, readonly=not (artifact.writable or writable))


def is_shared(artifact: PlannedArtifact) -> bool:
    """Say whether it lies in the folder that all nodes share, and not in the project."""
    return artifact.location is None or "://" in artifact.location


def made_folders(plan: Plan) -> list[Word]:
    """Return the folders that are made when they are not there: those that the job fills itself."""
    filled = [one for one in plan.data if one.delivery == "fetched" or one.kind == "cache"]
    return [Joined((DATA, _folder(one))) for one in filled]


def _folder(artifact: PlannedArtifact) -> str:
    return f"/{artifact.name}/{artifact.version}"
