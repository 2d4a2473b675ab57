"""What a request asks for, in the forms that resolvers and indexes take it."""

from __future__ import annotations

from envc.language.package_names import name_of, normalised
from envc.lock.resolution import Request


def routes_of(request: Request) -> dict[str, str]:
    """Return the address of the only index of each name that has one."""
    addresses = dict(request.indexes)
    routes: dict[str, str] = {}
    for wanted in request.requirements:
        if wanted.index_name is not None:
            name = name_of(wanted.text)
            if routes.setdefault(name, addresses[wanted.index_name]) != addresses[wanted.index_name]:
                raise ValueError(f"{name} is to come from two indexes")
    for name, index in request.routes:
        if routes.setdefault(name, addresses[index]) != addresses[index]:
            raise ValueError(f"{name} is to come from two indexes")
    return routes


def flat_of(request: Request) -> set[str]:
    """Return the names whose only index is one page of links to wheels."""
    pages = set(request.pages)
    asked = {name_of(one.text) for one in request.requirements if one.index_name in pages}
    return asked | {name for name, index in request.routes if index in pages}


def lines_of(request: Request) -> list[str]:
    """Return the lines of `requirements.in`: each is parsed and written again, so that none can be an option.

    Raises `ValueError` (packaging's `InvalidRequirement` is one) for anything but a name with versions and extras.
    """
    from packaging.requirements import Requirement

    lines = set()
    for wanted in request.requirements:
        requirement = Requirement(wanted.text)
        if requirement.url is not None:
            raise ValueError(f"{requirement.name} has an address of its own, which the resolver does not take")
        lines.add(str(requirement))
    return sorted(lines)


def overrides_of(request: Request) -> dict[str, str]:
    """Return the versions that count in place of what packages ask. Raises `ValueError` for what is no specifier."""
    from packaging.specifiers import SpecifierSet

    return {normalised(name): str(SpecifierSet(specifier)) for name, specifier in request.overrides}


def bounds_of(request: Request) -> list[str]:
    """Return the lines of `constraints.txt`, each parsed and written again. Raises `ValueError` for an address."""
    from packaging.requirements import Requirement

    bounds = [Requirement(bound) for bound in request.bounds]
    if any(bound.url is not None or bound.extras for bound in bounds):
        raise ValueError("a bound is a name with versions")
    return sorted(str(bound) for bound in bounds)
