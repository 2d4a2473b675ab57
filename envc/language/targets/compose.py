"""Docker Compose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envc.language.targets._machinery import Machinery, serves

if TYPE_CHECKING:
    from envc.language.cluster_facets import Target
    from envc.language.environment import Environment


class Compose(Machinery):
    """Takes mounts of any path; knows tasks and services."""

    manifest = "compose.yaml"
    forms = ("task", "service")
    takes = frozenset(("readonly",))

    def form(self, target: Target, environment: Environment) -> str:  # noqa: ARG002
        """Return `service` for what exposes a port."""
        return "service" if serves(environment) else "task"
