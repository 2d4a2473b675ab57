"""Why uv found no answer, from what it was shown: causes in the form that `pip_tools.failure` reads.

uv tells its reasons in prose. The prose says only which packages are concerned; what they ask for, and what there is of
them, is taken from the metadata and the pages that uv was shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from envc.language.package_names import normalised
from envc.lock.resolution import Request
from envc.resolvers.package_indexes.metadata import Metadata, requirement_of
from envc.resolvers.package_indexes.page import Page, rows_for
from envc.resolvers.package_indexes.selection import Taker
from envc.resolvers.pip_tools.uploads import Uploads, why_nothing_fits

if TYPE_CHECKING:
    from packaging.requirements import Requirement

#: What uv says when a package asks for another by an address.
BY_ADDRESS = re.compile(r"URL dependencies must be expressed as direct requirements|attempted to resolve via URL")


#: What uv says when no choice of versions suits.
NO_SOLUTION = "No solution found"


class Ask(NamedTuple):
    """One requirement, and who states it."""

    requirement: Requirement
    parent: tuple[str, str] | None  # name and version; None is the program

    @property
    def name(self) -> str:
        """Return the name of what is asked for."""
        return normalised(self.requirement.name)

    @property
    def cause(self) -> dict[str, Any]:
        """Return it as `failure` reads it."""
        specifier = str(self.requirement.specifier)
        return {
            "name": self.name,
            "requirement": f"{self.name}{specifier}",
            "specifier": specifier,
            "parent": self.parent and " ".join(self.parent),
        }


def explain(
    output: str,
    request: Request,
    asks: list[Ask],
    metadata: Mapping[tuple[str, str], Metadata],
    pages: Mapping[str, Page],
    taker: Taker,
) -> dict[str, Any]:
    """Return what is known about a failure of uv, as `pip_tools.failure` reads it."""
    said = {normalised(word) for word in re.findall(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", output)}
    concerned = newest_of([ask for ask in asks if ask.name in said and (ask.parent is None or ask.parent[0] in said)])
    addressed = [ask for ask in concerned or asks if ask.requirement.url is not None]
    if addressed and BY_ADDRESS.search(output):
        return {"kind": "address", "name": addressed[0].name, "parent": (addressed[0].parent or ("",))[0]}
    if NO_SOLUTION not in output:
        return {"kind": "unexpected", "type": "uv ended", "detail": output}
    rows = {name: rows_for(page) for name, page in pages.items()}
    causes = (
        missing(concerned, rows, request)
        or refused_pythons(metadata, said, taker)
        or clashes(concerned, rows, request.bounds)
    )
    return {
        "kind": "conflict",
        "causes": [cause if isinstance(cause, dict) else cause.cause for cause in causes or concerned or asks],
        "files": {name: found for name, found in rows.items() if name in said},
    }


def asks_of(request: Request, markers: Mapping[str, str], metadata: Mapping[tuple[str, str], Metadata]) -> list[Ask]:
    """Return what the program and all packages that were read ask for on the target, extras included."""
    from packaging.requirements import Requirement

    asks = [Ask(Requirement(wanted.text), None) for wanted in request.requirements]
    for parent, read in sorted(metadata.items()):
        asks += [Ask(one, parent) for one in map(requirement_of, read.requires) if one is not None]
    extras: dict[str, set[str]] = {}
    for ask in asks:
        extras.setdefault(ask.name, {""}).update(ask.requirement.extras)
    return [ask for ask in asks if holds(ask, markers, extras)]


def withdrawn_pins(asks: Iterable[Ask], withdrawn: Mapping[str, Iterable[str]]) -> frozenset[tuple[str, str]]:
    """Return the withdrawn versions that someone names by `==`.

    pip takes such a version whoever names it; uv only when the program does.
    """
    return frozenset(
        (ask.name, version)
        for ask in asks
        if any(one.operator in {"==", "==="} and "*" not in one.version for one in ask.requirement.specifier)
        for version in withdrawn.get(ask.name, ())
        if ask.requirement.specifier.contains(version, prereleases=True)
    )


def holds(ask: Ask, markers: Mapping[str, str], extras: Mapping[str, set[str]]) -> bool:
    """Tell whether a requirement counts on the target, with one of the extras that someone asks for."""
    if ask.requirement.marker is None:
        return True
    wanted = extras.get(ask.parent[0], {""}) if ask.parent else {""}
    return any(ask.requirement.marker.evaluate({**markers, "extra": extra}) for extra in wanted)


def missing(asks: Iterable[Ask], rows: Mapping[str, list[list[Any]]], request: Request) -> list[Ask]:
    """Return the requirements for which there is no file at all: the program's own, else those of packages."""
    uploads = {name: Uploads.of(name, found) for name, found in rows.items()}
    none = [
        ask
        for ask in asks
        if ask.name in uploads
        and why_nothing_fits(uploads[ask.name], str(ask.requirement.specifier), "", request) is not None
    ]
    return [ask for ask in none if ask.parent is None] or none


def refused_pythons(metadata: Mapping[tuple[str, str], Metadata], said: set[str], taker: Taker) -> list[dict[str, Any]]:
    """Return the packages whose metadata, not their page, refuses the target's Python."""
    return [
        {"name": "<python>", "requirement": "", "specifier": read.requires_python, "parent": f"{name} {version}"}
        for (name, version), read in sorted(metadata.items())
        if name in said and read.requires_python and not taker.takes_python(read.requires_python)
    ]


def newest_of(asks: list[Ask]) -> list[Ask]:
    """Return the requirements of the program, and of each package in the newest version that was read."""
    from packaging.version import Version

    newest: dict[str, Version] = {}
    for ask in asks:
        if ask.parent:
            version = Version(ask.parent[1])
            newest[ask.parent[0]] = max(newest.get(ask.parent[0], version), version)
    return [ask for ask in asks if ask.parent is None or Version(ask.parent[1]) == newest[ask.parent[0]]]


def clashes(asks: list[Ask], rows: Mapping[str, list[list[Any]]], bounds: Iterable[str] = ()) -> list[Ask]:
    """Return the requirements of the names for which no version suits all who ask, and the bounds."""
    from packaging.requirements import Requirement

    limits = list(map(Requirement, bounds))
    found = []
    for name in sorted({ask.name for ask in asks}):
        of_name = [ask for ask in asks if ask.name == name]
        uploads = Uploads.of(name, rows.get(name, []))
        versions = {file.version for file in uploads.files}
        for ask in of_name:
            versions = {one for one in versions if ask.requirement.specifier.contains(one, prereleases=True)}
        bounded = [one for one in limits if normalised(one.name) == name]
        for limit in bounded:
            versions = {one for one in versions if limit.specifier.contains(one, prereleases=True)}
        if not versions and (bounded or len(of_name) > 1):
            found += [ask for ask in of_name if ask.requirement.specifier or bounded]
    return found
