"""The sources that `build` compiles: each must be declared, and stands once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from envc.diagnostics import Diagnostic, Fix
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import Facet
from envc.language.lookup import Same, facets_of_kind
from envc.language.origin import Origin
from envc.language.outside_facets import GitSource, ProgramBuild
from envc.language.repetitions import repetitions
from envc.language.undeclared import undeclared
from envc.syntax.program import Item


def compiled_sources(environment: Environment) -> frozenset[str]:
    """Return the names of all sources that a build of the environment names."""
    return _compiled(Same(environment.facets))


@lru_cache(maxsize=4)
def _compiled(same: Same[tuple[Facet, ...]]) -> frozenset[str]:
    builds = facets_of_kind(same.itself, ProgramBuild)
    return frozenset(name for build in builds for name in (build.source, *build.further) if name is not None)


def addresses_behind_from(item: Item) -> Iterator[Diagnostic]:
    """Yield a mistake for `build x from git "…"`, where the name of a source belongs."""
    arguments = item.arguments
    words = [one.value if one.kind == "word" and one.given is None else "" for one in arguments]
    if "from" not in words:
        return
    first = words.index("from") + 1
    git = words[first : first + 1] == ["git"]
    if [one.kind for one in arguments[first + git : first + git + 1]] == ["string"]:
        place = arguments[first].span.to(arguments[first + git].span)
        yield Diagnostic(
            "wrong-kind",
            "an address stands where the name of a source belongs",
            (wrong(place, "no name"),),
            helps=('the repository is an item before it: source NAME from git "https://…" tag …',),
        )


def refuse_unknown_sources(sources: Sequence[str], origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
    """Refuse each source behind `from` that there is not, and warn of one that stands there twice."""
    for position, one in enumerate(sources):
        if environment.every_with(GitSource, "name", one):
            continue
        known = [source.name for source in environment.every(GitSource)]
        place = origin.of(f"sources.{position}")
        if one == "source" and position + 1 < len(sources):
            both = place.to(origin.of(f"sources.{position + 1}"))
            label = wrong(place, "its name alone stands here")
            fixes = (Fix("without the word", both, sources[position + 1]),)
            yield Diagnostic("unknown-source", "there is no source `source`", (label,), fixes=fixes)
            continue
        example = 'source NAME from git "https://…" tag …'
        yield undeclared("unknown-source", "source", one, place, known, example, environment)
    yield from repetitions(sources, "sources", origin)
