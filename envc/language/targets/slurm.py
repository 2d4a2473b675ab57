"""Slurm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from envc.language.targets._machinery import Machinery

if TYPE_CHECKING:
    from envc.diagnostics import Diagnostic
    from envc.language.cluster_facets import Target
    from envc.language.environment import Environment


class Slurm(Machinery):
    """Knows batch jobs alone; its plug-ins write mounts as lists that commas and colons divide."""

    manifest = "slurm.sbatch"
    without_forms = "a batch job is all there is"
    takes = frozenset(("host", "partition", "time", "account", "qos", "constraint", "container", "exclusive"))
    container = "pyxis"
    unmountable = (":, \t", "a blank, `:` or `,`")
    mounts_the_project = True

    def form(self, target: Target, environment: Environment) -> str:  # noqa: ARG002
        """Return `batch`: there is nothing else."""
        return "batch"

    def mistakes(self, target: Target, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse MPI ranks that enroot alone starts."""
        from envc.diagnostics import Diagnostic, Fix, Label
        from envc.diagnostics.diagnostic import wrong
        from envc.language.cluster_facets import Launch

        launch = environment.one(Launch)
        if launch and launch.program == "mpi" and target.container == "enroot":
            place = target.origin.of("container")
            yield Diagnostic(
                "impossible-launch",
                "enroot alone does not let MPI ranks find each other",
                (wrong(place, "asked for here"), Label(launch.origin.span, "starts ranks")),
                fixes=(Fix("let Slurm's plug-in start it", place, "pyxis"),),
            )
