"""Packages that are built, and need each other for that: none can be the first. Of programs: `build_order.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from envc.diagnostics import Diagnostic, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import Facet, PythonPackage
from envc.language.lookup import Same, facets_of_kind
from envc.language.package_names import name_of, normalised


def circles(edges: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Return ways that lead back to where they begin, as far as no two of them share a name."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in edges:
        way: dict[str, Iterator[str]] = {}
        name: str | None = start if start not in done else None
        while name is not None:
            way.setdefault(name, iter(edges[name]))
            following = next((one for one in way[name] if one in edges and one not in done), None)
            if following is None:
                done.add(name)
                del way[name]
                name = next(reversed(way), None)
            elif following in way:
                circle = tuple(way)[list(way).index(following) :]
                found.append(circle)
                done.update(circle)
                for one in circle:
                    del way[one]
                name = next(reversed(way), None)
            else:
                name = following
    return found


def circular_builds(packages: Iterable[PythonPackage], environment: Environment) -> Iterator[Diagnostic]:
    """Yield what is wrong with packages of which one closes a circle of what the program says behind `needs`."""
    closing = {one.origin.of("name") for one in packages if one.source is not None and one.source.needs}
    for circle in _circles_of(Same(environment.facets)) if closing else ():
        if circle[-1].origin.of("name") in closing:
            yield circular(circle)


def circular(circle: Sequence[PythonPackage]) -> Diagnostic:
    """Return the diagnostic of packages of which each needs the next, and the last the first."""
    names = [one.name for one in circle]
    following = (*circle[1:], circle[0])
    *before, last = (_place(one, other.name) for one, other in zip(circle, following, strict=True))
    labels = tuple(Label(place, f"`{name}` needs it") for name, place in zip(names, before, strict=False))
    way = " → ".join((*names, names[0]))
    return Diagnostic(
        "circular-builds",
        f"builds go round in a circle: {way}" if before else f"`{names[0]}` needs itself to be built",
        (wrong(last, "leads back" if before else "itself"), *labels),
        helps=(f"take {'one of them' if before else 'it'} ready: as a wheel of an index, or `from wheel`",),
    )


@lru_cache(maxsize=4)
def _circles_of(same: Same[tuple[Facet, ...]]) -> tuple[tuple[PythonPackage, ...], ...]:
    packages = {one.name: one for one in facets_of_kind(same.itself, PythonPackage)}
    edges = {
        name: tuple(map(name_of, one.source.needs))
        for name, one in packages.items()
        if one.source is not None and one.source.is_built
    }
    return tuple(tuple(packages[name] for name in circle) for circle in circles(edges))


def _place(package: PythonPackage, needed: str) -> Span:
    """Return where a package says that it needs another, or where it comes from: then its own files say so."""
    said = [span for field, span in package.origin.spans.items() if field.startswith("needs.")]
    return next((span for span in said if _begins_with(span.text) == needed), package.origin.of("source"))


def _begins_with(text: str) -> str:
    """Return the name that a text begins with, quoted or not; nothing where it is a version."""
    match = re.match(r"[\"']*([A-Za-z0-9._-]*)", text)
    return normalised(match[1]) if match else ""
