"""Volumes of a pod: data, weights, caches, shared memory, secrets, and what may be written where the rest may not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from envc.targets.kubernetes.values import dns_label, memory

if TYPE_CHECKING:
    from envc.plan.file_parts import PlannedArtifact
    from envc.plan.plan import Plan
    from envc.plan.target_parts import PlannedTarget

SECRETS = "/run/secrets"
#: Read by its owner's group, which is 0, the group of the container's user.
_GROUP_MAY_READ = 0o440


class Volume(NamedTuple):
    """A volume of the pod, and how the container mounts it."""

    name: str
    source: dict[str, Any]
    path: str
    readonly: bool = False
    inside: str = ""  # a folder of the volume
    artifact: PlannedArtifact | None = None

    @property
    def volume(self) -> dict[str, Any]:
        """The pod's side."""
        return {"name": self.name, **self.source}

    def mount(self, *, writable: bool = False) -> dict[str, Any]:
        """Return the container's side; who fetches may write."""
        found: dict[str, Any] = {"name": self.name, "mountPath": self.path}
        if self.inside:
            found["subPath"] = self.inside
        if self.readonly and not writable:
            found["readOnly"] = True
        return found


def volumes_of(plan: Plan, target: PlannedTarget) -> list[Volume]:
    """Return all volumes. Every name is another one."""
    found = [*_artifacts(plan, target)]
    if plan.run.shared_memory and plan.run.ipc != "host":
        source: dict[str, Any] = {"emptyDir": {"medium": "Memory", "sizeLimit": memory(plan.run.shared_memory)}}
        found.append(Volume("shared-memory", source, "/dev/shm"))  # noqa: S108  # where the kernel has it
    if plan.run.secrets:
        sources = [
            {"secret": {"name": secret_name(one.name), "items": [{"key": one.name, "path": one.name}]}}
            for one in plan.run.secrets
        ]
        source = {"projected": {"defaultMode": _GROUP_MAY_READ, "sources": sources}}
        found.append(Volume("secrets", source, SECRETS, readonly=True))
    if target.readonly:
        found.append(Volume("temporary-files", {"emptyDir": {}}, "/tmp"))  # noqa: S108  # the container's own
        found.append(Volume("home", {"emptyDir": {}}, plan.settings.user.home))
    return found


def secret_name(name: str) -> str:
    """Return the Secret that holds a secret, under the secret's own name as key."""
    return re.sub(r"_+", "-", name)


def claims_of(volumes: list[Volume]) -> list[str]:
    """Return the claims that must be there, sorted."""
    return sorted({one.source["persistentVolumeClaim"]["claimName"] for one in volumes if _is_claim(one)})


def is_written(volumes: list[Volume]) -> bool:
    """Say whether a volume with an owner of its own is written to."""
    return any(not one.readonly and "hostPath" not in one.source for one in volumes) or any(
        one.artifact and one.artifact.delivery == "fetched" for one in volumes
    )


def _is_claim(volume: Volume) -> bool:
    return "persistentVolumeClaim" in volume.source


def _artifacts(plan: Plan, target: PlannedTarget) -> list[Volume]:
    found: list[Volume] = []
    claims: set[str] = set()
    for artifact in plan.data:
        if artifact.delivery == "copied":
            continue
        place = f"{artifact.name}/{artifact.version}"
        inside = ""
        source: dict[str, Any]
        if target.host:
            makes = artifact.delivery == "fetched" or artifact.kind == "cache"
            kind = "DirectoryOrCreate" if makes else "Directory"
            source = {"hostPath": {"path": f"{target.host}/{place}", "type": kind}}
        elif target.claim:
            source, inside = {"persistentVolumeClaim": {"claimName": target.claim}}, place
        elif artifact.delivery == "fetched":
            source = {"emptyDir": {}}
        else:
            claim = _unique(dns_label(f"{artifact.name}-{artifact.version}", 60), claims)
            source = {"persistentVolumeClaim": {"claimName": claim}}
        # a pod has one volume for a claim, however often it is mounted
        name = "data" if target.claim else f"data-{len(found) + 1}"
        found.append(Volume(name, source, artifact.path, not artifact.writable, inside, artifact))
    return found


def _unique(name: str, taken: set[str]) -> str:
    """Return a name that none has yet: names that differ in what Kubernetes does not take stay apart."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free)
    return free
