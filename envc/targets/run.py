"""`run.json`: how the container is run, by people, by `envc run` and by whatever reads JSON."""

from __future__ import annotations

import json
from shlex import join
from typing import Any

from envc.plan.hash import PlanHash
from envc.plan.plan import Plan, PlannedArtifact


def emit(plan: Plan, hashes: PlanHash) -> dict[str, str]:
    """Return `run.json`."""
    return {"run.json": json.dumps(manifest_of(plan, hashes), indent=1, ensure_ascii=True) + "\n"}


def image_name(plan: Plan, hashes: PlanHash) -> str:
    """Return the name that the image gets: the environment's, and the hash as its tag."""
    return f"{plan.name}:{hashes.short}"


def manifest_of(plan: Plan, hashes: PlanHash) -> dict[str, Any]:
    """Return the manifest. Sizes are bytes, times seconds; paths of the project are relative to its root."""
    run, settings = plan.run, plan.settings
    health = run.health
    accelerator = run.accelerator
    return {
        "environment": plan.name,
        "image": image_name(plan, hashes),
        "platform": plan.base.platform,
        "hashes": {"environment": hashes.environment, "reproducibility": hashes.reproducibility},
        "command": list(run.command),
        "working_directory": settings.working_directory,
        "user": f"{settings.user.uid}:{settings.user.gid}",
        "variables": dict(settings.variables) | {argument.name: argument.value for argument in settings.arguments},
        "mounts": [_mount(plan, artifact) for artifact in plan.data if artifact.delivery != "copied"],
        "secrets": [
            {"name": one.name, "variable": one.variable, "path": f"/run/secrets/{one.name}"} for one in run.secrets
        ],
        "ports": list(settings.ports),
        "gpus": None
        if accelerator is None
        else {
            "count": accelerator.count or "all",
            "memory": accelerator.memory,
            "optional": accelerator.optional,
            "driver": accelerator.driver,
        },
        "limits": {"memory": run.memory, "cpu": None if run.cpu is None else run.cpu / 1000},
        "shared_memory": run.shared_memory,
        "health": None
        if health is None
        else {
            "command": list(health.command),
            "interval": health.interval / 1000,
            "timeout": health.timeout / 1000,
            "start": health.start / 1000,
            "retries": health.retries,
        },
        "docker_run": docker_run(plan, hashes),
    }


def _mount(plan: Plan, artifact: PlannedArtifact) -> dict[str, Any]:
    kind, source = mount_source(plan, artifact)
    return {
        "name": artifact.name,
        "kind": artifact.kind,
        "version": artifact.version,
        "type": kind,
        "source": source,
        "target": artifact.path,
        "readonly": not artifact.writable,
        "from": artifact.location if artifact.location and "://" in artifact.location else None,
        "sha256": artifact.sha256,
        "size": artifact.size,
    }


def mount_source(plan: Plan, artifact: PlannedArtifact) -> tuple[str, str]:
    """Return what is mounted: a folder of the project, or a volume that is filled by hand or by fetching."""
    if artifact.location and "://" not in artifact.location:
        return "bind", plan.placement.at_root(artifact.location)
    return "volume", f"{artifact.name}-{artifact.version}".lower()


def docker_run(plan: Plan, hashes: PlanHash) -> str:
    """Return the command line that runs the container as the manifest says, from the project's root."""
    run, settings = plan.run, plan.settings
    words = ["docker", "run", "--rm", "--init"]
    mounts = []
    for artifact in plan.data:
        if artifact.delivery == "copied":
            continue
        kind, source = mount_source(plan, artifact)
        readonly = "" if artifact.writable else ",readonly"
        here = '"$PWD"/' if kind == "bind" else ""
        mounts.append(f"--mount type={kind},source={here}{join([source])},target={join([artifact.path])}{readonly}")
    if run.accelerator and not run.accelerator.optional:
        words += ["--gpus", str(run.accelerator.count or "all")]
    words += ["--memory", str(run.memory)] if run.memory else []
    words += ["--cpus", f"{run.cpu / 1000:g}"] if run.cpu else []
    words += ["--shm-size", str(run.shared_memory)] if run.shared_memory else []
    for port in settings.ports:
        words += [
            "--publish",
            f"127.0.0.1:{port.removesuffix('/tcp')}:{port.removesuffix('/tcp')}"
            if port.endswith("/tcp")
            else f"127.0.0.1:{port.partition('/')[0]}:{port}",
        ]
    for secret in run.secrets:
        words += ["--env", secret.variable] if secret.variable else []
        if not secret.variable:
            mounts.append(
                f'--mount type=bind,source="${{{_file_variable(secret.name)}:?}}",target=/run/secrets/{secret.name},readonly'
            )
    return " ".join([join(words), *mounts, image_name(plan, hashes)])


def _file_variable(name: str) -> str:
    return name.upper().replace("-", "_").replace(".", "_") + "_FILE"
