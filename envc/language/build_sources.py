"""The sources behind `from` of `build`: which are compiled, and what is no name of a declared one."""

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

_EXAMPLE = 'source NAME from git "https://…" tag …'


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
    address = first + 1 if words[first : first + 1] == ["git"] else first
    if [one.kind for one in arguments[address : address + 1]] == ["string"]:
        yield Diagnostic(
            "wrong-kind",
            "an address stands where the name of a source belongs",
            (wrong(arguments[first].span.to(arguments[address].span), "no name"),),
            helps=(f"the repository is an item before it: {_EXAMPLE}",),
        )


def refuse_unknown_sources(sources: Sequence[str], origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
    """Refuse each source behind `from` that there is not, and warn of one that stands there twice."""
    missing = [position for position, name in enumerate(sources) if not environment.every_with(GitSource, "name", name)]
    if missing[:1] == [0] and sources[0] == "source" and sources[1:]:  # `from source opencv`
        place = origin.of("sources.0")
        fix = Fix("without the word", place.to(origin.of("sources.1")), sources[1])
        label = wrong(place, "its name alone stands here")
        yield Diagnostic("unknown-source", "there is no source `source`", (label,), fixes=(fix,))
        return
    known = {source.name for source in environment.every(GitSource)} if missing else ()
    for before, position in enumerate(missing):
        place = origin.of(f"sources.{position}")
        unknown = sources[position]
        yield undeclared("unknown-source", unknown, place, known, _EXAMPLE, environment, before=before)
    yield from repetitions(sources, "sources", origin)
