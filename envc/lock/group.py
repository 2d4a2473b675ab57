"""Environments that are locked together: what both use is the same file. Pure but for the world it is given.

The union of what all members ask for is resolved once; then each member is resolved with the union's versions, and
what it takes is compared with the union. So no member has a package that another does not agree to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from envc.diagnostics import Diagnostic, Label, Report
from envc.diagnostics.diagnostic import wrong
from envc.language.facets import Interpreter, PythonPackage
from envc.lock.asked import Asked
from envc.lock.choose import Prepared
from envc.lock.kept import name_of
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
    if all(request is None or member.kept for member, request in zip(members, requests, strict=True)):
        kept = [member.kept for member in members]
        if agree(kept):
            return kept
    refuse_two_pythons(members)
    refuse_two_indexes(members)
    facets = tuple(facet for member in members for facet in member.asked.facets)
    asked = Asked(members[0].asked._replace(facets=facets), world)
    union = asked.resolve(union_of([request for request in requests if request is not None]), world.progress)
    pins = tuple(f"{package.name}=={package.version}" for package in union.packages)
    resolved = [
        None if request is None else world.resolver.resolve(request._replace(pins=pins), world.progress)
        for request in requests
    ]
    chosen = {package.name: package for package in union.packages}
    for member, resolution in zip(members, resolved, strict=True):
        if resolution is not None and (others := differing(resolution, chosen)):
            raise Report([_disagreement(member, others, chosen)])
    return resolved


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
    pages = tuple(sorted({page for request in requests for page in request.pages}))
    kept = tuple(sorted(pins.values()))
    return Request(target, ordered, addresses, kept, tuple(routes.items()), bounds, pages=pages)


def _release(version: str) -> tuple[int, ...]:
    return tuple(int("".join(filter(str.isdigit, part)) or 0) for part in version.split(".")[:3])


def agree(resolutions: Sequence[Resolution | None]) -> bool:
    """Say whether no package differs between resolutions."""
    first: dict[str, Package] = {}
    return all(
        _same(package, first.setdefault(package.name, package))
        for resolution in resolutions
        if resolution is not None
        for package in resolution.packages
    )


def differing(resolution: Resolution, chosen: Mapping[str, Package]) -> tuple[Package, ...]:
    """Return the packages of a resolution that are other ones than those that were chosen for all."""
    return tuple(one for one in resolution.packages if one.name not in chosen or not _same(one, chosen[one.name]))


def _same(one: Package, other: Package) -> bool:
    return (one.version, one.index_name, one.hashes) == (other.version, other.index_name, other.hashes)


def refuse_two_pythons(members: Sequence[Prepared]) -> None:
    """Refuse members with different Pythons: no file serves two. Raises a Report."""
    minors = [".".join(member.images.python.version.split(".")[:2]) for member in members]
    if len({*minors}) < 2:
        return
    labels = []
    for member, minor in zip(members, minors, strict=True):
        interpreter = member.environment.one(Interpreter)
        span = interpreter.origin.of("version") if interpreter else member.environment.origin.of("name")
        labels.append(Label(span, f"{member.environment.name} has Python {minor}", primary=minor != minors[0]))
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
