"""Finds the images of toolchains."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.outside_facets import Toolchain
from envc.lock.files import LockedFiles
from envc.lock.image_candidates import find_image
from envc.lock.model import LockedToolchain
from envc.lock.world import World


def find_toolchains(
    environment: Environment, platform: str, world: World, old: LockedFiles | None
) -> tuple[LockedToolchain, ...]:
    """Return the toolchains, sorted by name. Those of an older lock stay while the same version is asked for.

    Raises a Report for a version that has no image.
    """
    lock = old.lock if old and old.lock.platform == platform else None
    before = lock.inputs.get("toolchains", {}) if lock else {}
    kept = {one.name: one for one in lock.toolchains} if lock else {}
    return tuple(
        kept[facet.name] if before.get(facet.name) == facet.version else _found(facet, platform, world)
        for facet in sorted(environment.every(Toolchain), key=lambda facet: facet.name)
    )


def _found(facet: Toolchain, platform: str, world: World) -> LockedToolchain:
    known = world.library.toolchain(facet.name)
    assert known is not None  # noqa: S101  # the check refuses others
    return LockedToolchain(
        name=facet.name,
        image=find_image(known.reference(facet.version), platform, f"the toolchain {facet.name}", world),
        paths=known.paths,
        programs=known.programs,
        variables=dict(pair.split("=", 1) for pair in known.variables),
        links=dict(pair.split("=", 1) for pair in known.links),
    )
