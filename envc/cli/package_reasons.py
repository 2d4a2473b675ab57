"""Why a package is in a lock, in lines: each chain from a clause of the program to it, shortest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envc.cli.flattened import place_of
from envc.cli.sizes import size_text
from envc.language.facets import BaseImage
from envc.lock.listed import settled
from envc.lock.requirements import normalise
from envc.lock.why import Reason, why

if TYPE_CHECKING:
    from envc.language.environment import Environment
    from envc.lock.model import Lock


def package_reasons(lock: Lock, environment: Environment, name: str) -> list[str]:
    """Return the lines about a package; none when the lock does not have it."""
    wanted = normalise(name)
    asked = settled(environment.on(lock.platform), lock.python.version, lock.platform)
    reasons = [f"  {_line(reason)}" for reason in why(lock, asked, wanted)]
    for package in lock.packages:
        if package.name == wanted:
            facts = [f"on {lock.platform}", f"from {package.index or 'the default index'}"]
            facts += [f"{size_text(package.size)} to download"] if package.size is not None else []
            return [f"{package.name} {package.version}  ({', '.join(facts)})", *reasons]
    for provided in lock.provided:
        if provided.name == wanted:
            places = [place_of(one.origin.of("image")) for one in asked.every(BaseImage)]
            heading = f"{provided.name} {provided.version}  (on {lock.platform}, in the base, not installed again)"
            return [heading, f"  because the base brings it  ({', '.join(places)})", *reasons]
    return []


def _line(reason: Reason) -> str:
    """Return a chain on one line."""
    place = place_of(reason.asked.origin.of("name"))
    if not reason.steps:
        return f"because the program asks for it  ({place})"
    steps = [f"{step.name} {step.version} needs {step.needs}" for step in reason.steps]
    return f"because {', and '.join(steps)}, and the program asks for {reason.asked.name}  ({place})"
