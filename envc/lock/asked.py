"""The resolver as the lock asks it: its failures are shown at clauses, and pins that could not stay say why."""

from __future__ import annotations

from envc.diagnostics import Report
from envc.language.environment import Environment
from envc.lock.blame import blamed
from envc.lock.moved_pins import moved_pins
from envc.lock.resolution import Progress, Request, Resolution
from envc.lock.world import World


class Asked:
    """The world's resolver on behalf of an environment.

    Environments that are resolved as one are one here too: with the facets of all.
    """

    def __init__(self, environment: Environment, world: World) -> None:
        self.environment = environment
        self.world = world

    def resolve(self, request: Request, progress: Progress) -> Resolution:
        """Choose every version once. Raises a `Report` with the clauses concerned."""
        try:
            resolution = self.world.resolver.resolve(request, progress)
        except Report as report:
            raise blamed(report, self.environment, request, self.world) from report
        for moved in moved_pins(self.environment, request.pins, resolution.packages, resolution.lost):
            self.world.moved(moved)
        return resolution
