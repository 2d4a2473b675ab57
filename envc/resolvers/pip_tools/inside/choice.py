"""What pip chose and passed over, and what it must not take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .candidates import Candidates
from .change import change
from .failures import AddressRefusalError
from .rules import Overruled

#: By name: files whose metadata is bad, and how.
PassedOver = dict[str, list[list[str]]]


def follow(passed_over: PassedOver) -> None:
    """Keep what pip passes over."""
    from pip._internal.exceptions import MetadataInconsistent, MetadataInvalid
    from pip._internal.resolution.resolvelib.candidates import LinkCandidate

    def name(old: Any) -> Any:
        def prepare(self: Any) -> Any:
            try:
                return old(self)
            except (MetadataInconsistent, MetadataInvalid) as error:
                passed_over.setdefault(str(self._name), []).append([self._link.filename, type(error).__name__])
                raise

        return prepare

    change(LinkCandidate, "_prepare", name)


def refuse_addresses() -> None:
    """Refuse a requirement with an address, before anything is fetched from there."""
    from pip._internal.resolution.resolvelib.factory import Factory

    def refuse(old: Any) -> Any:
        def make(self: Any, ireq: Any, requested_extras: Any) -> Iterator[Any]:
            if ireq.link is not None and ireq.match_markers(requested_extras):
                raise AddressRefusalError(str(ireq.name), getattr(ireq.comes_from, "name", None))
            yield from old(self, ireq, requested_extras)

        return make

    change(Factory, "_make_requirements_from_install_req", refuse)


def needs_of(candidate: Any) -> list[str]:
    """Return what a candidate needs on the target. One with extras stands beside the one without them."""
    extras: Any = getattr(candidate, "extras", frozenset())
    base = getattr(candidate, "base", candidate)
    # the marker holds, or it would not be here; pip shares one object among all packages that ask alike: left as it is
    return [str(requirement).partition(";")[0].strip() for requirement in base.dist.iter_dependencies(extras)]


def record(chosen: dict[str, Any], candidates: Candidates, overruled: Overruled) -> None:
    """Remember what was chosen: what is known of the wheel, and what it needs."""
    from pip._vendor.packaging.utils import canonicalize_name
    from piptools.resolver import BacktrackingResolver

    def remember(old: Any) -> Any:
        def get_install_requirement(self: Any, candidate: Any, reverse_dependencies: Any) -> Any:
            if candidate.source_link is not None:
                name = canonicalize_name(candidate.project_name)
                before = chosen.get(name, {"requires": [], "overruled": []})
                seen = (name, str(candidate.version), frozenset(getattr(candidate, "extras", ())))
                chosen[name] = {
                    **candidates.facts_of(name, str(candidate.version)),
                    "requires": sorted({*before["requires"], *needs_of(candidate)}),
                    "overruled": sorted({*before["overruled"], *overruled.get(seen, ())}),
                }
            return old(self, candidate, reverse_dependencies)

        return get_install_requirement

    change(BacktrackingResolver, "_get_install_requirement_from_candidate", remember)
