"""Who asks for what: the dependencies of every version that the resolver looked at, kept for when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .change import change
from .failures import specifier_of

#: Name, version, and what that version asks for: pairs of a name and the versions that it takes.
Graph = dict[str, dict[str, list[list[str]]]]


def watch(graph: Graph) -> None:
    """Write down what each version asks for as the resolver learns it, one by one: it may stop at the first."""
    from pip._internal.resolution.resolvelib.provider import PipProvider

    def note(old: Any) -> Any:
        def get_dependencies(self: Any, candidate: Any) -> Iterator[Any]:
            name = str(candidate.project_name)
            rows = graph.setdefault(name, {}).setdefault(str(candidate.version), [])
            for requirement in old(self, candidate):
                row = [str(requirement.project_name), specifier_of(requirement)]
                if row[0] != name and not row[0].startswith("<") and row not in rows:
                    rows.append(row)
                yield requirement

        return get_dependencies

    change(PipProvider, "get_dependencies", note)
