"""Health checks as probes: the image's own check is not read by Kubernetes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envc.targets.kubernetes.values import literal, whole_seconds

if TYPE_CHECKING:
    from envc.plan.run_parts import PlannedHealth


def probes(health: PlannedHealth | None, *, serves: bool) -> dict[str, Any]:
    """Return the probes: alive, ready where it serves, and started where a start takes its time."""
    if health is None:
        return {}
    often = whole_seconds(health.interval)
    asked = {
        "exec": {"command": [literal(word) for word in health.command]},
        "periodSeconds": often,
        "timeoutSeconds": whole_seconds(health.timeout),
    }
    found: dict[str, Any] = {}
    if health.start:
        found["startupProbe"] = {**asked, "failureThreshold": max(1, -(-whole_seconds(health.start) // often))}
    found["livenessProbe"] = {**asked, "failureThreshold": health.retries}
    if serves:
        found["readinessProbe"] = {**asked, "failureThreshold": 1}
    return found
