"""The objects of Kubernetes that a program becomes: a Job, a Deployment and its Service, or a PyTorchJob.

A Job's name ends with the hash: what is in a Job cannot be changed, so another program is another Job.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from envc.plan.launching import Late, Meeting, one_node_of_many
from envc.targets._manifest import ENVIRONMENT_HASH, HASH, head, image_of
from envc.targets.kubernetes.pod import pod_spec
from envc.targets.kubernetes.values import dns_label
from envc.targets.kubernetes.volumes import claims_of, secret_name, volumes_of

if TYPE_CHECKING:
    from envc.plan.hash import PlanHash
    from envc.plan.plan import Plan
    from envc.plan.target_parts import PlannedTarget

_PORT = "29500"
_INDEX = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
#: The pods of one Job, by a label that is this manifest's own.
_JOB = "dev.envc.job"


def comment(plan: Plan, hashes: PlanHash, target: PlannedTarget) -> list[str]:
    """Return what stands above: what must be in the cluster before, and what Kubernetes does not know."""
    lines = [*head("Kubernetes manifest", plan, hashes)]
    if target.image:
        lines.append(f"`envc build` makes the image; push it as {image_of(plan, hashes, target)}")
    else:
        lines.append("The image must be on the nodes: `target kubernetes image …` names where it is pulled from.")
    claims = claims_of(volumes_of(plan, target))
    if claims:
        lines.append(f"Wants these PersistentVolumeClaims: {' '.join(claims)}")
    secrets = [f"{secret_name(one.name)} with the key {one.name}" for one in plan.run.secrets]
    if secrets:
        lines.append(f"Wants these Secrets: {', '.join(secrets)}")
    if plan.run.ulimits:
        names = " ".join(limit.name for limit in plan.run.ulimits)
        lines.append(f"Kubernetes sets no ulimits; the container runtime of the nodes must allow: {names}")
    return lines


def objects(plan: Plan, hashes: PlanHash, target: PlannedTarget) -> list[dict[str, Any]]:
    """Return all objects, those first that others want."""
    if target.form == "deployment":
        return _deployment(plan, hashes, target)
    if target.form == "pytorchjob":
        return [_pytorch_job(plan, hashes, target)]
    return _job(plan, hashes, target)


def _job(plan: Plan, hashes: PlanHash, target: PlannedTarget) -> list[dict[str, Any]]:
    name = _job_name(plan, hashes)
    launch = plan.run.launch
    nodes = launch.nodes if launch else 1
    spec: dict[str, Any] = {"backoffLimit": target.retries or 0}
    command: Sequence[str | Late] = plan.run.command
    variables: list[dict[str, Any]] = []
    several: dict[str, Any] = {}
    if launch and nodes > 1:
        first = f"{name}-0.{name}"
        command = one_node_of_many(launch, Meeting(first, _PORT, f"{first}:{_PORT}", name, Late("ENVC_NODE_RANK")))
        variables = [{"name": "ENVC_NODE_RANK", "valueFrom": {"fieldRef": {"fieldPath": _INDEX}}}]
        several = {"subdomain": name}
        spec |= {"completionMode": "Indexed", "completions": nodes, "parallelism": nodes}
    pod = {"restartPolicy": "Never", **several, **pod_spec(plan, hashes, target, command, variables)}
    spec["template"] = {"metadata": _metadata(plan, hashes, labels={_JOB: name}), "spec": pod}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, **_metadata(plan, hashes, target)},
        "spec": spec,
    }
    return [_meeting_point(plan, hashes, target, name), job] if several else [job]


def _meeting_point(plan: Plan, hashes: PlanHash, target: PlannedTarget, name: str) -> dict[str, Any]:
    """Return the headless Service by which the nodes of a Job find the first of them, before any is ready."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, **_metadata(plan, hashes, target)},
        "spec": {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": {_JOB: name}},
    }


def _deployment(plan: Plan, hashes: PlanHash, target: PlannedTarget) -> list[dict[str, Any]]:
    name = dns_label(plan.name)
    chosen = {"app.kubernetes.io/name": plan.name}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, **_metadata(plan, hashes, target)},
        "spec": {
            "replicas": target.replicas or 1,
            "selector": {"matchLabels": chosen},
            "template": {
                "metadata": _metadata(plan, hashes),
                "spec": pod_spec(plan, hashes, target, plan.run.command),
            },
        },
    }
    if not plan.settings.ports:
        return [deployment]
    ports = []
    for port in plan.settings.ports:
        number, _, protocol = port.partition("/")
        place = f"{protocol}-{number}"
        ports.append({"name": place, "port": int(number), "targetPort": place, "protocol": protocol.upper()})
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, **_metadata(plan, hashes, target)},
        "spec": {"selector": chosen, "ports": ports},
    }
    return [service, deployment]


def _pytorch_job(plan: Plan, hashes: PlanHash, target: PlannedTarget) -> dict[str, Any]:
    """Return a PyTorchJob of Kubeflow's training operator, which numbers the nodes by RANK and names the first."""
    launch = plan.run.launch
    assert launch is not None  # noqa: S101  # the word `target` refuses it otherwise
    address, port = Late("MASTER_ADDR"), Late("MASTER_PORT")
    # whoever meets does it by rank: no endpoint and no identity is asked for
    command = one_node_of_many(launch, Meeting(address, port, "", "", Late("RANK")))
    template = {"metadata": _metadata(plan, hashes), "spec": pod_spec(plan, hashes, target, command)}
    replicas = {"Master": {"replicas": 1, "restartPolicy": "Never", "template": template}}
    if launch.nodes > 1:
        replicas["Worker"] = {"replicas": launch.nodes - 1, "restartPolicy": "Never", "template": template}
    return {
        "apiVersion": "kubeflow.org/v1",
        "kind": "PyTorchJob",
        "metadata": {"name": _job_name(plan, hashes), **_metadata(plan, hashes, target)},
        "spec": {"runPolicy": {"backoffLimit": target.retries or 0}, "pytorchReplicaSpecs": replicas},
    }


def _job_name(plan: Plan, hashes: PlanHash) -> str:
    return f"{dns_label(plan.name, 40)}-{hashes.short}"


def _metadata(
    plan: Plan, hashes: PlanHash, target: PlannedTarget | None = None, labels: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return namespace, labels and the hashes; a pod's template has no namespace of its own."""
    return {
        **({"namespace": target.namespace} if target and target.namespace else {}),
        "labels": {
            "app.kubernetes.io/name": plan.name,
            "app.kubernetes.io/managed-by": "envc",
            **(labels or {}),
        },
        "annotations": {ENVIRONMENT_HASH: hashes.environment, HASH: hashes.reproducibility},
    }
