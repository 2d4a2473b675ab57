"""Environments that are locked together: what both use is the same file. Pure but for the world it is given.

The union of what all members ask for is resolved once; then each member is resolved with the union's versions, and
what it takes is compared with the union. So no member has a package that another does not agree to. Members for
NVIDIA's GPUs and members for AMD's have a union each, the second with what the first has taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.lock.asked import Asked
from envc.lock.choose import Prepared
from envc.lock.group_refusals import (
    refuse_two_bases,
    refuse_two_indexes,
    refuse_two_pythons,
    refuse_two_sources,
    refuse_two_versions,
)
from envc.lock.group_releases import is_for_amd, names_apart
from envc.lock.group_union import union_of
from envc.lock.resolution import Package, Resolution
from envc.lock.world import World


def resolve_together(members: Sequence[Prepared], world: World) -> list[Resolution | None]:
    """Return the resolution of each member, None for one without packages. Raises a Report.

    A member that is alone keeps the packages of its older lock or has them resolved.
    """
    if len(members) == 1:
        (member,) = members
        if member.kept is None and member.request is not None:
            return [Asked(member.asked, world).resolve(member.request, world.progress)]
        return [member.kept]
    requests = [member.request for member in members]
    apart = names_apart(members)
    if all(request is None or member.kept for member, request in zip(members, requests, strict=True)):
        kept = [member.kept for member in members]
        if agree(kept, apart):
            return kept
    refuse_two_pythons(members)
    refuse_two_bases(members)
    resolved: dict[int, Resolution | None] = {}
    chosen: dict[str, Package] = {}
    for amd in (False, True):  # no file for NVIDIA's GPUs is one for AMD's; what both have stays as the first took it
        places = [place for place, member in enumerate(members) if is_for_amd(member) is amd]
        shared = {name: package for name, package in chosen.items() if name not in apart}
        found, taken = _resolve_part([members[place] for place in places], shared, world)
        resolved.update(zip(places, found, strict=True))
        chosen.update(taken)
    resolutions = [resolved[place] for place in range(len(members))]
    refuse_two_versions(members, resolutions)
    return resolutions


def _resolve_part(
    members: Sequence[Prepared], shared: Mapping[str, Package], world: World
) -> tuple[list[Resolution | None], dict[str, Package]]:
    """Resolve members that can have the same files, in agreement with what others took. Return all that was chosen."""
    requests = [member.request for member in members]
    wanted = [request for request in requests if request is not None]
    if not wanted:
        return [None] * len(members), {}
    refuse_two_indexes(members)
    refuse_two_sources(members)
    facets = tuple(facet for member in members for facet in member.asked.facets)
    asked = Asked(members[0].asked._replace(facets=facets), world)
    union_request = union_of(wanted)
    if shared:
        before = [pin for pin in union_request.pins if pin.partition("==")[0] not in shared]
        union_request = union_request._replace(pins=tuple(sorted([*before, *_pins(shared.values())])))
    union = asked.resolve(union_request, world.progress)
    pins = _pins(union.packages)
    resolved = [
        None if request is None else world.resolver.resolve(request._replace(pins=pins), world.progress)
        for request in requests
    ]
    chosen = {package.name: package for package in union.packages}
    for member, resolution in zip(members, resolved, strict=True):
        others = differing(resolution, {**chosen, **_both(shared, chosen)}) if resolution else ()
        if others:
            raise Report([_disagreement(member, others, {**chosen, **shared})])
    return resolved, chosen


def _pins(packages: Iterable[Package]) -> tuple[str, ...]:
    return tuple(f"{package.name}=={package.version}" for package in packages if package.hashes)


def _both(shared: Mapping[str, Package], chosen: Mapping[str, Package]) -> dict[str, Package]:
    return {name: package for name, package in shared.items() if name in chosen}


def agree(resolutions: Sequence[Resolution | None], apart: frozenset[str] = frozenset()) -> bool:
    """Say whether no package differs between resolutions, but those that are apart."""
    first: dict[str, Package] = {}
    return all(
        _same(package, first.setdefault(package.name, package))
        for resolution in resolutions
        if resolution is not None
        for package in resolution.packages
        if package.name not in apart
    )


def differing(resolution: Resolution, chosen: Mapping[str, Package]) -> tuple[Package, ...]:
    """Return the packages of a resolution that are other ones than those that were chosen for all."""
    return tuple(one for one in resolution.packages if one.name not in chosen or not _same(one, chosen[one.name]))


def _same(one: Package, other: Package) -> bool:
    return (one.version, one.index_name, one.hashes) == (other.version, other.index_name, other.hashes)


def _disagreement(member: Prepared, others: Sequence[Package], chosen: Mapping[str, Package]) -> Diagnostic:
    named = ", ".join(
        f"{one.name} {one.version}" + (f" instead of {chosen[one.name].version}" if one.name in chosen else "")
        for one in others[:5]
    )
    return Diagnostic(
        "group-disagrees",
        f"`{member.environment.name}` alone would take other packages than its group",
        (wrong(member.environment.origin.of("name"), f"takes {named}"),),
        helps=("name the versions that all of them are to have", "or take this environment out of the group"),
    )
