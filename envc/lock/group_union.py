"""What all members of a group ask for, as one request. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from envc.language.package_names import name_of
from envc.lock.resolution import Given, Request, Target


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
        provided=_seen_by_all(requests),
        bounds_of_base=tuple(sorted({bound for request in requests for bound in request.bounds_of_base})),
        overrides=_together(requests),
        given=tuple(sorted({one for request in requests for one in request.given})),
        bare=_bare(requests),
        pages=tuple(sorted({page for request in requests for page in request.pages})),
    )


def _seen_by_all(requests: Sequence[Request]) -> tuple[Given, ...]:
    """Return what the base of all brings and none of them may replace."""
    return tuple(one for one in requests[0].provided if all(one in request.provided for request in requests))


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
