"""System packages that come as files: what is wanted of them, and what is said where nobody can choose."""

from __future__ import annotations

from collections.abc import Collection

from envc.diagnostics import Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.language.environment import Environment
from envc.language.system_files import packages_from_files
from envc.lock.system_packages import ARCHITECTURES, SystemFile
from envc.lock.world import World


def wanted_files(
    environment: Environment, names: Collection[str], platform: str, world: World
) -> tuple[SystemFile, ...]:
    """Return the files among a stage's packages, read, sorted by name. Raises a Report."""
    wanted = {name: one for name, one in packages_from_files(environment).items() if name in names}
    if wanted and not world.system:
        raise unlockable_file(environment, min(wanted), "nobody was asked")
    architecture = ARCHITECTURES.get(platform, platform)
    return tuple(world.file_of(one, architecture) for _, one in sorted(wanted.items()))


def unlockable_file(environment: Environment, name: str, reason: str) -> Report:
    """Return the report of a file of which nobody could say what it needs: it cannot be built by its name alone."""
    place = packages_from_files(environment)[name].origin.of("location")
    return world_failed(
        "archive-failed",
        f"what the file of `{name}` needs cannot be chosen",
        notes=(reason,),
        helps=("lock where an archive of the distribution answers",),
        labels=(wrong(place, "what it needs comes from the distribution"),),
    )
