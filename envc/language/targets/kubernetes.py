"""Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from envc.language.targets._machinery import Machinery, serves

if TYPE_CHECKING:
    from envc.diagnostics import Diagnostic
    from envc.language.cluster_facets import Launch, Target
    from envc.language.environment import Environment


class Kubernetes(Machinery):
    """Knows jobs and deployments; ranks need an operator, and devices the name of a plug-in."""

    manifest = "kubernetes.yaml"
    forms = ("job", "deployment", "pytorchjob")
    takes = frozenset(("namespace", "select", "resources", "replicas", "retries", "claim", "host", "readonly"))
    field_forms: ClassVar[Mapping[str, str]] = {"replicas": "deployment", "retries": "job"}
    unmountable = (":", "`:`")

    def form(self, target: Target, environment: Environment) -> str:
        """Return `deployment` for what has replicas or exposes a port."""
        return "deployment" if target.replicas or (serves(environment) and not target.retries) else "job"

    def mistakes(self, target: Target, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse forms that do not fit ranks, MPI ranks on several nodes, devices without a name, and GPUs twice."""
        from envc.language.cluster_facets import Launch

        launch = environment.one(Launch)
        yield from _ranks(target, launch)
        yield from _mpi(target, launch)
        yield from _devices(target, environment)
        yield from _other_gpus(target, environment)


def _ranks(target: Target, launch: Launch | None) -> Iterator[Diagnostic]:
    """Refuse an operator for ranks where there are none, and a deployment of ranks."""
    from envc.diagnostics import Diagnostic, Fix, Label
    from envc.diagnostics.diagnostic import wrong

    if target.form == "pytorchjob" and launch is None:
        place = target.origin.of("form")
        yield Diagnostic(
            "impossible-launch",
            "`as pytorchjob` starts ranks, and the environment has none",
            (wrong(place, "no `launch` says how many"),),
            fixes=(Fix("let it be a job", place, "job"),),
        )
    if launch and (target.form == "deployment" or target.replicas):
        asked = target.origin.of("form" if target.form else "replicas")
        yield Diagnostic(
            "impossible-launch",
            "a deployment starts its replicas one by one, and ranks start together",
            (wrong(asked, "asked for here"), Label(launch.origin.span, "starts ranks")),
            fixes=(Fix("let it be a job", asked, "job"),) if target.form and not target.replicas else (),
        )


def _mpi(target: Target, launch: Launch | None) -> Iterator[Diagnostic]:
    from envc.diagnostics import Diagnostic, Label
    from envc.diagnostics.diagnostic import wrong

    if launch and launch.program == "mpi" and (launch.nodes > 1 or target.form == "pytorchjob"):
        place = target.origin.of("form" if "form" in target.origin.spans else "name")
        yield Diagnostic(
            "impossible-launch",
            "nothing in Kubernetes starts MPI ranks on several nodes",
            (wrong(place, "asked for here"), Label(launch.origin.span, "starts ranks")),
            notes=("what does it there, the MPI Operator, wants an ssh daemon in the image",),
            helps=("`launch torchrun` needs none; Slurm starts MPI ranks by itself",),
        )


def _devices(target: Target, environment: Environment) -> Iterator[Diagnostic]:
    from envc.diagnostics import Diagnostic, Label
    from envc.diagnostics.diagnostic import wrong
    from envc.language.cluster_facets import Fabric

    fabric = environment.one(Fabric)
    if fabric and fabric.kind == "infiniband" and not target.resources:
        yield Diagnostic(
            "missing-argument",
            "the name that this Kubernetes has for InfiniBand devices is not said",
            (wrong(target.origin.of("name"), "no `resource` names them"), Label(fabric.origin.span, "needs them")),
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
