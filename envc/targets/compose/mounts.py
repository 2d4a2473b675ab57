"""Mounts of Compose: folders of the project, and volumes that outlive the container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envc.plan.docker_command import mount_source

if TYPE_CHECKING:
    from envc.plan.file_parts import PlannedArtifact
    from envc.plan.plan import Plan


def mount(plan: Plan, artifact: PlannedArtifact, *, writable: bool = False) -> dict[str, Any]:
    """Return the mount of data, weights or a cache."""
    kind, source = mount_source(plan, artifact)
    found: dict[str, Any] = {"type": kind, "source": source, "target": artifact.path.replace("$", "$$")}
    if kind == "bind":
        up = "/".join(".." for _ in plan.placement.output.split("/"))
        found["source"] = f"${{ENVC_ROOT:-{up}}}/{source.replace('$', '$$')}"
        found["bind"] = {"create_host_path": False}
    if not (artifact.writable or writable):
        found["read_only"] = True
    return found


def named_volumes(plan: Plan) -> dict[str, Any]:
    """Return the volumes by their names. What somebody fills by hand must be there; Compose makes the others."""
    found: dict[str, Any] = {}
    for artifact in plan.data:
        kind, name = mount_source(plan, artifact)
        if artifact.delivery == "copied" or kind == "bind":
            continue
        filled_by_hand = artifact.delivery == "mounted" and artifact.kind != "cache"
        found[name] = {"name": name, **({"external": True} if filled_by_hand else {})}
    return found
