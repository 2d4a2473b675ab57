"""The order of what `build` compiles: each behind those whose results it needs. Of packages: `circular_builds.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from envc.diagnostics import Diagnostic, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.circular_builds import circles
from envc.language.environment import Environment
from envc.language.facets import Facet
from envc.language.lookup import Same, facets_of_kind
from envc.language.origin import Origin
from envc.language.outside_facets import ProgramBuild
from envc.language.undeclared import undeclared


def in_order(builds: Iterable[ProgramBuild]) -> list[ProgramBuild]:
    """Return builds sorted by name, and each behind those that it needs. Of a circle, which the check refuses, any."""
    waiting = sorted(builds, key=lambda build: build.name)
    ordered: list[ProgramBuild] = []
    while waiting:
        names = {build.name for build in waiting}
        ready = next((build for build in waiting if not names.intersection(build.after)), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def refuse_impossible_order(
    name: str, after: Sequence[str], origin: Origin, environment: Environment
) -> Iterator[Diagnostic]:
    """Refuse a build that needs one that there is not, or that needs itself by way of others."""
    if not after:
        return
    needs = {build.name: build.after for build in environment.every(ProgramBuild)}
    for position, one in enumerate(after):
        if one not in needs:
            yield unknown_build(one, origin.of(f"after.{position}"), needs.keys() - {name}, environment)
    builds = {build.name: build for build in environment.every(ProgramBuild)}
    for circle in _circles(Same(environment.facets)):
        if circle[-1] == name:
            yield _circular([builds[one] for one in circle])


def unknown_build(name: str, place: Span, known: Iterable[str], environment: Environment) -> Diagnostic:
    """Return what is said of a name that no build has; `known` are the names that there are."""
    example = 'build NAME project "…" with packages < run "…" >'
    return undeclared("unknown-build", name, place, known, example, environment)


@lru_cache(maxsize=4)
def _circles(same: Same[tuple[Facet, ...]]) -> list[tuple[str, ...]]:
    return circles({build.name: build.after for build in facets_of_kind(same.itself, ProgramBuild)})


def _circular(circle: Sequence[ProgramBuild]) -> Diagnostic:
    """Return the diagnostic of builds of which each is behind the next, and the last behind the first."""
    names = [one.name for one in circle]
    *before, last = (_place(one, other.name) for one, other in zip(circle, (*circle[1:], circle[0]), strict=True))
    labels = tuple(Label(place, f"`{name}` needs it") for name, place in zip(names, before, strict=False))
    way = " → ".join((*names, names[0]))
    return Diagnostic(
        "circular-builds",
        f"builds go round in a circle: {way}" if before else f"`build {names[0]}` needs itself",
        (wrong(last, "leads back" if before else "itself"), *labels),
    )


def _place(build: ProgramBuild, needed: str) -> Span:
    """Return where a build names another behind `after`."""
    said = (span for field, span in build.origin.spans.items() if field.startswith("after."))
    return next((span for span in said if span.text == needed), build.origin.of("name"))
