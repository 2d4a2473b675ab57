"""What is said where nobody could look into a base that something of is to be locked. Pure."""

from __future__ import annotations

from envc.diagnostics import Report, Span
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.lock.world import World


def unread_base(message: str, place: Span, world: World) -> Report:
    """Return the report `base-not-read`: no registry was asked, or none answered."""
    asked = "no registry answers, and no lock holds it"
    return world_failed(
        "base-not-read",
        message,
        labels=(wrong(place),),
        notes=(asked if world.bases else "nothing reaches a registry with --offline, and no lock holds it",),
        helps=("lock once where its registry can be reached",),
    )
