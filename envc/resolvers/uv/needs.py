"""What each package needs on the target, with the extras that someone asks for: read from the metadata of wheels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from envc.language.package_names import normalised
from envc.lock.resolution import Request
from envc.resolvers.package_indexes.metadata import Metadata, counts, requirement_of
from envc.resolvers.pip_tools.inside.rules import NO_RULES, Rules, plain
from envc.resolvers.python_target import markers_of
from envc.resolvers.uv.causes import Ask

if TYPE_CHECKING:
    from packaging.requirements import Requirement


class Needed(NamedTuple):
    """What a package needs of others, without markers."""

    requires: tuple[str, ...]
    overruled: tuple[str, ...]  # what it asks for and does not count


def needs_of(
    request: Request,
    chosen: Iterable[tuple[str, str]],
    metadata_of: Callable[[str, str], Metadata],
    rules: Rules = NO_RULES,
) -> dict[str, Needed]:
    """Return what each chosen package, by name and version, needs of others, by name.

    An extra counts when the program or a package that counts itself asks for it, however many steps away that is.
    """
    from packaging.requirements import Requirement

    markers = markers_of(request.target)
    stated = {
        name: [one for one in map(requirement_of, metadata_of(name, version).requires) if one is not None]
        for name, version in chosen
    }
    extras: dict[str, set[str]] = {name: {""} for name in stated}
    for wanted in request.requirements:
        requirement = Requirement(wanted.text)
        extras.setdefault(normalised(requirement.name), {""}).update(requirement.extras)
    waiting = list(stated)
    found: dict[str, Needed] = {}
    while waiting:
        name = waiting.pop()
        needed, overruled = rules.apply(name, (one for one in stated[name] if counts(one, markers, extras[name])))
        found[name] = Needed(tuple(sorted(map(without_marker, needed))), tuple(sorted(map(plain, overruled))))
        for one in needed:
            other = normalised(one.name)
            if other in stated and not extras[other].issuperset(one.extras):
                extras[other].update(one.extras)
                waiting.append(other)
    return found


def without_marker(requirement: Requirement) -> str:
    """Return a requirement that counts, without what makes it count."""
    return str(requirement).partition(";")[0].strip()


def graph_of(asks: Iterable[Ask]) -> dict[str, dict[str, list[list[str]]]]:
    """Return who asks for what as `pip_tools.derivation` reads it, the newest version of each package last."""
    from packaging.version import Version

    graph: dict[str, dict[str, list[list[str]]]] = {}
    for ask in asks:
        if ask.parent is not None and ask.name != ask.parent[0]:
            rows = graph.setdefault(ask.parent[0], {}).setdefault(ask.parent[1], [])
            row = [ask.name, str(ask.requirement.specifier)]
            if row not in rows:
                rows.append(row)
    return {name: dict(sorted(of.items(), key=lambda item: Version(item[0]))) for name, of in graph.items()}
