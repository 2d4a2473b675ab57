"""Environments that are locked together: what both use is the same file. Pure but for the world it is given.

The union of what all members ask for is resolved once; then each member is resolved with the union's versions, and
what it takes is compared with the union. So no member has a package that another does not agree to. Members for
NVIDIA's GPUs and members for AMD's have a union each, the second with what the first has taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from envc.diagnostics import Diagnostic, Label, Report
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.values import minor
from envc.language.facets import BaseImage, Interpreter, PythonPackage
from envc.language.package_names import name_of
from envc.lock.asked import Asked
from envc.lock.choose import Prepared
from envc.lock.group_releases import is_for_amd, names_apart
from envc.lock.group_sources import refuse_two_sources
from envc.lock.resolution import Package, Request, Requirement, Resolution, Target
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
    return [resolved[place] for place in range(len(members))]


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


def union_of(requests: Sequence[Request]) -> Request:
    """Return what all members ask for, for the oldest target among them."""
    target = Target(
        min((request.target.python for request in requests), key=_release),
        requests[0].target.platform,
        min(request.target.glibc for request in requests),
    )
    requirements = dict.fromkeys(one for request in requests for one in request.requirements)
    indexes = {name: address for request in requests for name, address in request.indexes}
    pins: dict[str, str] = {}
    for request in requests:
        for pin in request.pins:
            pins.setdefault(pin.partition("==")[0], pin)
    ordered = tuple(sorted(requirements, key=lambda one: (one.text, one.index_name or "")))
    routes = dict(sorted(route for request in requests for route in request.routes))
    bounds = tuple(sorted({bound for request in requests for bound in request.bounds}))
    addresses = tuple(sorted(indexes.items()))
    return Request(
        target,
        ordered,
        addresses,
        tuple(sorted(pins.values())),
        tuple(routes.items()),
        bounds,
        provided=requests[0].provided,
        bounds_of_base=tuple(sorted({bound for request in requests for bound in request.bounds_of_base})),
        overrides=_together(requests),
        given=tuple(sorted({one for request in requests for one in request.given})),
        bare=_bare(requests),
        pages=tuple(sorted({page for request in requests for page in request.pages})),
    )


def _bare(requests: Sequence[Request]) -> tuple[str, ...]:
    """Return the packages that all who ask for them take without what they need: for one alone it must be chosen."""
    whole = {
        name for request in requests for one in request.requirements if (name := name_of(one.text)) not in request.bare
    }
    return tuple(sorted({name for request in requests for name in request.bare} - whole))


def _together(requests: Sequence[Request]) -> tuple[tuple[str, str], ...]:
    """Return the overrides of all: of one package, the versions that all of them allow."""
    found: dict[str, set[str]] = {}
    for name, specifier in (override for request in requests for override in request.overrides):
        found.setdefault(name, set()).update(specifier.split(","))
    return tuple((name, ",".join(sorted(clauses))) for name, clauses in sorted(found.items()))


def _release(version: str) -> tuple[int, ...]:
    return tuple(int("".join(filter(str.isdigit, part)) or 0) for part in version.split(".")[:3])


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


def refuse_two_pythons(members: Sequence[Prepared]) -> None:
    """Refuse members with different Pythons: no file serves two. Raises a Report."""
    pythons = [minor(member.images.python.version) for member in members]
    if len({*pythons}) < 2:
        return
    labels = []
    for member, python in zip(members, pythons, strict=True):
        interpreter = member.environment.one(Interpreter)
        span = interpreter.origin.of("version") if interpreter else member.environment.origin.of("name")
        labels.append(Label(span, f"{member.environment.name} has Python {python}", primary=python != pythons[0]))
    raise Report(
        [
            Diagnostic(
                "group-of-two-pythons",
                "environments that are locked together have different Pythons",
                tuple(labels),
                ("wheels are made for one Python: two Pythons share no compiled package",),
                ("give all of them one Python", "or take one of them out of the group"),
            )
        ]
    )


def refuse_two_bases(members: Sequence[Prepared]) -> None:
    """Refuse members whose bases bring other packages: what one has already another would install. Raises a Report."""
    first: dict[str, str] | None = None
    for member in members:
        if member.request is None:
            continue
        brought = {one.name: one.version for one in member.request.provided}
        if first is None:
            first = brought
        if brought != first:
            clause = member.environment.one(BaseImage)
            span = clause.origin.of("image") if clause else member.environment.origin.of("name")
            raise Report(
                [
                    Diagnostic(
                        "group-of-two-bases",
                        "environments that are locked together stand on bases that bring other packages",
                        (wrong(span, f"{member.environment.name} stands on another base"),),
                        helps=("give all of them one base", "or take this environment out of the group"),
                    )
                ]
            )


def refuse_two_indexes(members: Sequence[Prepared]) -> None:
    """Refuse a package that comes from one index for one member and from another for another. Raises a Report."""
    first: dict[str, tuple[Requirement, Prepared]] = {}
    for member in members:
        for requirement in member.request.requirements if member.request else ():
            name = name_of(requirement.text)
            known, owner = first.setdefault(name, (requirement, member))
            if known.index_name != requirement.index_name:
                raise Report([_two_indexes(name, (known, owner), (requirement, member))])


def _two_indexes(name: str, one: tuple[Requirement, Prepared], other: tuple[Requirement, Prepared]) -> Diagnostic:
    labels = []
    for (requirement, member), primary in ((one, False), (other, True)):
        facet = next(one for one in member.asked.every(PythonPackage) if one.name == name)
        where = requirement.index_name or "the default index"
        labels.append(Label(facet.origin.of("name"), f"from {where} for {member.environment.name}", primary=primary))
    return Diagnostic(
        "group-of-two-indexes",
        f"`{name}` comes from two indexes in environments that are locked together",
        tuple(labels),
        ("builds for a GPU and builds for the CPU are different files of one version",),
        ("give both environments the same `gpu`", "or take one of them out of the group"),
    )


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
