"""Slurm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envc.language.targets._machinery import Machinery

if TYPE_CHECKING:
    from envc.language.cluster_facets import Target
    from envc.language.environment import Environment


class Slurm(Machinery):
    """Knows batch jobs alone; its plug-ins write mounts as lists that commas and colons divide."""

    manifest = "slurm.sbatch"
    takes = frozenset(("host", "partition", "time", "account", "qos", "constraint", "container", "exclusive"))
    container = "pyxis"
    unmountable = (":, \t", "a blank, `:` or `,`")
    mounts_the_project = True

    def form(self, target: Target, environment: Environment) -> str:  # noqa: ARG002
        """Return `batch`: there is nothing else."""
        return "batch"
