"""Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from envc.language.targets._machinery import Machinery, serves

if TYPE_CHECKING:
    from envc.diagnostics import Diagnostic
    from envc.language.cluster_facets import Target
    from envc.language.environment import Environment


class Kubernetes(Machinery):
    """Knows jobs and deployments; ranks need an operator, and devices the name of a plug-in."""

    manifest = "kubernetes.yaml"
    forms = ("job", "deployment", "pytorchjob")
    takes = frozenset(("namespace", "select", "resources", "replicas", "retries", "claim", "host", "readonly"))
    unmountable = (":", "`:`")

    def form(self, target: Target, environment: Environment) -> str:
        """Return `deployment` for what has replicas or exposes a port."""
        return "deployment" if target.replicas or (serves(environment) and not target.retries) else "job"

    def mistakes(self, target: Target, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse MPI ranks on several nodes, InfiniBand devices without a name, and two numbers of GPUs."""
        from envc.diagnostics import Diagnostic, Label
        from envc.diagnostics.diagnostic import wrong
        from envc.language.cluster_facets import Fabric, Launch

        yield from _other_gpus(target, environment)
        launch, fabric = environment.one(Launch), environment.one(Fabric)
        if launch and launch.program == "mpi" and (launch.nodes > 1 or target.form == "pytorchjob"):
            place = target.origin.of("form" if "form" in target.origin.spans else "name")
            yield Diagnostic(
                "impossible-launch",
                "nothing in Kubernetes starts MPI ranks on several nodes",
                (wrong(place, "asked for here"), Label(launch.origin.span, "starts ranks")),
                notes=("what does it there, the MPI Operator, wants an ssh daemon in the image",),
                helps=("`launch torchrun` needs none; Slurm starts MPI ranks by itself",),
            )
        if fabric and fabric.kind == "infiniband" and not target.resources:
            yield Diagnostic(
                "missing-argument",
                "the name that this Kubernetes has for InfiniBand devices is not said",
                (
                    wrong(target.origin.of("name"), "no `resource` names them"),
                    Label(fabric.origin.span, "needs them"),
                ),
                helps=('write `resource "rdma/…" 1` with the name that `kubectl describe node` shows',),
            )


def _other_gpus(target: Target, environment: Environment) -> Iterator[Diagnostic]:
    """Yield a resource of the GPUs' maker that asks for another number of them than the environment needs."""
    from envc.diagnostics import Diagnostic, Fix, Label
    from envc.diagnostics.diagnostic import wrong
    from envc.language.facets import Accelerator

    gpu = environment.one(Accelerator)
    if gpu is None or gpu.optional or gpu.number is None:
        return
    name = "amd.com/gpu" if gpu.rocm else "nvidia.com/gpu"
    number = dict(target.resources).get(name, gpu.number)
    if number == gpu.number:
        return
    spans = target.origin.spans
    names = [
        one for one in range(0, len(spans), 2) if spans.get(f"resources.{one}", target.origin.span).text == f'"{name}"'
    ]
    place = target.origin.of(f"resources.{names[0] + 1}" if names else "resources")
    needed = gpu.origin.of("count")
    yield Diagnostic(
        "contradiction",
        f"the environment needs {gpu.number} GPU{'s' if gpu.number > 1 else ''}, and `{name}` asks for {number}",
        (wrong(place, "so many in Kubernetes"), Label(needed, "so many everywhere")),
        helps=("`gpu count` asks Kubernetes for them by that name, and needs no `resource`",),
        fixes=(
            Fix("ask for as many as it needs", place, str(gpu.number)),
            Fix("need as many as are asked for", needed, str(number)),
        )
        if names
        else (),
    )
