"""Why a conda package is in a lock, in lines: who asks for it, the program first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envc.cli.flattened import place_of
from envc.cli.sizes import size_text
from envc.language.outside_facets import CondaPackage

if TYPE_CHECKING:
    from envc.language.environment import Environment
    from envc.lock.model import Lock


def conda_reasons(lock: Lock, environment: Environment, name: str) -> list[str]:
    """Return the lines about a package; none when the lock does not have it."""
    package = next((one for one in lock.conda if one.name == name), None)
    if package is None:
        return []
    facts = [f"on {lock.platform}", f"build {package.build} of {package.channel}"]
    facts += [f"{size_text(package.size)} to download"] if package.size is not None else []
    lines = [f"{package.name} {package.version}  ({', '.join(facts)})"]
    asking = [one for one in environment.on(lock.platform).every(CondaPackage) if one.name == name]
    lines += [f"  because the program asks for it  ({place_of(one.origin.of('name'))})" for one in asking]
    for other in lock.conda:
        needs = [text for text in other.requires if text.split()[0] == name]
        lines += [f"  because {other.name} {other.version} needs {text}" for text in needs]
    return lines
