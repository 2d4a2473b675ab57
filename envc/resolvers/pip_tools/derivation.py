"""Who brings a package in, and why nothing suits all: read from the dependencies that the resolver looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from envc.diagnostics.diagnostic import Concern
from envc.language.package_names import name_of, normalised
from envc.lock.resolution import Request
from envc.resolvers.words import plain

#: As many reasons are told; of more, how many there are.
MOST_REASONS = 6

#: As many versions of one package are named one by one.
MOST_VERSIONS = 3


class Step(NamedTuple):
    """One package of a chain, in the version that was looked at."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{plain(self.name)} {plain(self.version)}"


class Graph(NamedTuple):
    """What the program asks for, and what each version that was looked at asks for."""

    roots: frozenset[str]
    edges: Mapping[str, Mapping[str, Sequence[Sequence[str]]]]  # name, version, pairs of a name and its versions

    @classmethod
    def of(cls, failure: Mapping[str, Any], request: Request) -> Graph:
        """Return the graph that a failure of `inside` tells."""
        roots = frozenset(name_of(wanted.text) for wanted in request.requirements)
        return cls(roots, failure.get("graph") or {})

    def chain_to(self, name: str, version: str | None = None) -> tuple[Step, ...]:
        """Return the shortest chain from a package of the program to this one, both included, or nothing.

        Without a version, the chain ends with the package that asks for it.
        """
        if version is not None and name in self.roots:
            return (Step(name, version),)
        waiting = deque([(name, version, (Step(name, version),) if version is not None else ())])
        seen = {name}
        while waiting:
            wanted, known, chain = waiting.popleft()
            for asker, asked_version in self.askers(wanted, known):
                if asker in seen:
                    continue
                longer = (Step(asker, asked_version), *chain)
                if asker in self.roots:
                    return longer
                seen.add(asker)
                waiting.append((asker, asked_version, longer))
        return ()

    def askers(self, name: str, version: str | None) -> Iterable[tuple[str, str]]:
        """Yield who asks for a package, each once, in the version that was looked at last."""
        for asker, versions in sorted(self.edges.items()):
            for asked_version, rows in reversed(list(versions.items())):
                if any(dependency == name and takes(specifier, version) for dependency, specifier in rows):
                    yield asker, asked_version
                    break

    def versions_asking(self, asker: str, name: str, specifier: str) -> list[str]:
        """Return all versions of a package that were looked at and ask for exactly these versions of another."""
        return [
            version
            for version, rows in self.edges.get(asker, {}).items()
            if any((dependency, wanted) == (name, specifier) for dependency, wanted in rows)
        ]


def takes(specifier: str, version: str | None) -> bool:
    """Tell whether a range takes a version; None is any version."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return version is None or SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return False


def concern_about(graph: Graph, name: str, text: str, part: Any = "name") -> tuple[Concern, ...]:
    """Return what is to be seen in the program about a package: at its own clause, or where it is brought in."""
    if name in graph.roots:
        return (Concern(name, text, part),)
    chain = graph.chain_to(name)
    return (Concern(chain[0].name, f"brings in `{plain(name)}`: {text}"),) if chain else ()


def way_to(graph: Graph, name: str) -> tuple[str, ...]:
    """Return the fact of how a package comes in, when the program does not ask for it itself."""
    chain = graph.chain_to(name) if name not in graph.roots else ()
    if not chain:
        return ()
    return (f"the program asks for {' → '.join([*map(str, chain), plain(name)])}",)


class Reason(NamedTuple):
    """One of the sides of a conflict."""

    fact: str  # `a 2.1 asks for b<2`
    concern: Concern | None


def reason_of(cause: Mapping[str, Any], graph: Graph) -> Reason:
    """Return one side of a conflict: what is asked, by whom, and who brought that one in."""
    name, wanted = normalised(cause["name"]), plain(cause["requirement"])
    if not cause["parent"]:
        return Reason(f"the program asks for {wanted}", Concern(name, f"asks for {wanted}", "version"))
    asker, _, version = cause["parent"].partition(" ")
    chain = graph.chain_to(asker, version)
    alike = graph.versions_asking(asker, name, cause["specifier"])
    if len(chain) < 2:
        concern = Concern(asker, f"{plain(cause['parent'])} asks for {wanted}") if chain else None
        return Reason(f"{several(asker, version, alike)} for {wanted}", concern)
    root, last = chain[0], chain[-1]
    way = f" by way of {', '.join(map(str, chain[1:-1]))}" if len(chain) > 2 else ""
    fact = f"{several(asker, version, alike, f', brought in by {root}{way},')} for {wanted}"
    return Reason(fact, Concern(root.name, f"brings in {last}{way}, which asks for {wanted}"))


def several(name: str, version: str, versions: Collection[str], aside: str = "") -> str:
    """Return `a 2.1 asks`, or of several versions that ask alike `a 2.0, 2.1 ask`; `aside` follows the versions."""
    from packaging.version import InvalidVersion, Version

    try:
        alike = sorted({version, *versions}, key=Version)
    except InvalidVersion:
        alike = [version]
    if len(alike) == 1:
        return f"{plain(name)} {plain(version)}{aside} asks"
    if len(alike) > MOST_VERSIONS:
        return f"{plain(name)} {plain(alike[0])} to {plain(alike[-1])} ({len(alike)} versions){aside} ask"
    return f"{plain(name)} {', '.join(map(plain, alike))}{aside} ask"


def because(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Return the facts of a conflict as a proof: in one sentence where there are two, else one a line."""
    facts = list(dict.fromkeys(reason.fact for reason in reasons))
    if len(facts) == 2:
        return (f"because {facts[0]} and {facts[1]}, there is no answer",)
    more = len(facts) - MOST_REASONS
    lines = [f"because {facts[0]}", *(f"and {fact}" for fact in facts[1:MOST_REASONS])]
    if more > 0:
        lines.append(f"and {more} more ask for it")
    return (*lines, "so there is no answer")
