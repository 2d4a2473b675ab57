"""The pod: containers, what they may use and do, where it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from envc.plan.devices import devices_of, wanted_gpus
from envc.plan.fetch import fetch_command, fetch_variables
from envc.plan.launching import Late
from envc.targets._manifest import image_of, variables_of
from envc.targets.kubernetes.probes import probes
from envc.targets.kubernetes.values import dns_label, literal, memory, processors, reference
from envc.targets.kubernetes.volumes import Volume, is_written, secret_name, volumes_of

if TYPE_CHECKING:
    from envc.plan.hash import PlanHash
    from envc.plan.plan import Plan
    from envc.plan.target_parts import PlannedTarget


def pod_spec(
    plan: Plan,
    hashes: PlanHash,
    target: PlannedTarget,
    command: Sequence[str | Late],
    variables: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return the pod of a command. `variables` are those that number the nodes."""
    volumes = volumes_of(plan, target)
    name = "pytorch" if target.form == "pytorchjob" else dns_label(plan.name, 50)
    # a local image has no registry to come from, and nothing else may answer to its name
    shared = {
        "image": image_of(plan, hashes, target),
        "imagePullPolicy": "IfNotPresent" if target.image else "Never",
        "securityContext": _container_security(plan, target),
    }
    before = [_fetching(plan, shared, volume) for volume in volumes if _is_fetched(volume)]
    container = {
        "name": name,
        **shared,
        "command": [reference(one.variable) if isinstance(one, Late) else literal(one) for one in command],
        **_listed("env", [*variables, *_environment(plan, target)]),
        **_listed("ports", [_container_port(port) for port in plan.settings.ports]),
        **_resources(plan, target),
        **probes(plan.run.health, serves=target.form == "deployment"),
        **_listed("volumeMounts", [one.mount() for one in volumes]),
    }
    number = wanted_gpus(plan.run)
    selector = {"kubernetes.io/arch": plan.base.platform.rsplit("/", 1)[-1], **dict(target.select)}
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "shareProcessNamespace": True,  # so the program is not process 1, which would be deaf to signals
        **({"hostIPC": True} if plan.run.ipc == "host" else {}),
        "nodeSelector": selector,
        **_listed("tolerations", [{"key": _gpu(plan), "operator": "Exists", "effect": "NoSchedule"}] * (number > 0)),
        "securityContext": _pod_security(plan, volumes),
        **_listed("initContainers", before),
        "containers": [container],
        **_listed("volumes", list({one.name: one.volume for one in volumes}.values())),
    }


def _listed(name: str, values: list[Any]) -> dict[str, Any]:
    return {name: values} if values else {}


def _is_fetched(volume: Volume) -> bool:
    return volume.artifact is not None and volume.artifact.delivery == "fetched"


def _fetching(plan: Plan, shared: dict[str, Any], volume: Volume) -> dict[str, Any]:
    """Return what downloads and checks a file before the program starts: wrong bytes stop the pod."""
    assert volume.artifact is not None  # noqa: S101  # it was chosen for its artifact
    names = fetch_variables(plan, volume.artifact)
    secrets = {one.variable: one.name for one in plan.run.secrets}
    return {
        "name": dns_label(f"fetch-{volume.artifact.name}"),
        **shared,
        "command": [literal(word) for word in fetch_command(volume.artifact)],
        **_listed("env", [_from_secret(name, secrets[name]) for name in names]),
        **_limited(plan, {}),
        "volumeMounts": [volume.mount(writable=True)],
    }


def _environment(plan: Plan, target: PlannedTarget) -> list[dict[str, Any]]:
    own = variables_of(plan, target, several_machines=True)
    found = {name: {"name": name, "value": literal(value)} for name, value in own.items()}
    found |= {one.variable: _from_secret(one.variable, one.name) for one in plan.run.secrets if one.variable}
    return [found[name] for name in sorted(found)]


def _from_secret(variable: str, secret: str) -> dict[str, Any]:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret_name(secret), "key": secret}}}


def _container_port(port: str) -> dict[str, Any]:
    number, _, protocol = port.partition("/")
    return {"name": f"{protocol}-{number}", "containerPort": int(number), "protocol": protocol.upper()}


def _gpu(plan: Plan) -> str:
    """Return what the device plug-in of the GPUs' maker calls them."""
    return "amd.com/gpu" if devices_of(plan.run) else "nvidia.com/gpu"


def _resources(plan: Plan, target: PlannedTarget) -> dict[str, Any]:
    fabric = plan.run.fabric
    number = wanted_gpus(plan.run)
    devices: dict[str, str] = {_gpu(plan): str(number)} if number else {}
    if fabric and fabric.resource:
        devices[fabric.resource] = "1"
    devices |= {name: str(number) for name, number in target.resources}
    return _limited(plan, devices)


def _limited(plan: Plan, devices: dict[str, str]) -> dict[str, Any]:
    amounts: dict[str, str] = {}
    if plan.run.cpu:
        amounts["cpu"] = processors(plan.run.cpu)
    if plan.run.memory:
        amounts["memory"] = memory(plan.run.memory)
    limits = {**amounts, **devices}
    return {"resources": {**({"requests": amounts} if amounts else {}), "limits": limits}} if limits else {}


def _pod_security(plan: Plan, volumes: list[Volume]) -> dict[str, Any]:
    user = plan.settings.user
    found: dict[str, Any] = {"runAsNonRoot": True} if user.uid else {}
    if not user.any_id:  # else the cluster gives the ids
        found |= {"runAsUser": user.uid, "runAsGroup": user.gid}
        if is_written(volumes):
            found |= {"fsGroup": user.gid, "fsGroupChangePolicy": "OnRootMismatch"}
    return {**found, "seccompProfile": {"type": "RuntimeDefault"}}


def _container_security(plan: Plan, target: PlannedTarget) -> dict[str, Any]:
    added = {"add": list(plan.run.capabilities)} if plan.run.capabilities else {}
    dropped = {"drop": ["ALL"]} if plan.settings.user.uid else {}
    return {
        "allowPrivilegeEscalation": False,
        **({"capabilities": {**dropped, **added}} if dropped or added else {}),
        **({"readOnlyRootFilesystem": True} if target.readonly else {}),
    }
