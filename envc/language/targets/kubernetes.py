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
        """Refuse MPI ranks on several nodes, and InfiniBand devices without a name."""
        from envc.diagnostics import Diagnostic, Label
        from envc.diagnostics.diagnostic import wrong
        from envc.language.cluster_facets import Fabric, Launch

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
