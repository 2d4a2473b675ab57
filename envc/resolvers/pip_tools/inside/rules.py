"""What counts of what packages ask for: `override` replaces versions, `without deps` leaves all of it out.

Both resolvers apply it to the metadata of packages, so that they answer alike; what the program asks for is no matter
of it. An extra or a marker of a replaced requirement stays. Nothing but packaging is imported: it runs in the child,
too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple


class Ruled(NamedTuple):
    """What a package asks for: what counts, and what it asks for and does not count."""

    counting: list[Any]  # requirements of packaging
    overruled: list[Any]


class Rules:
    """Versions that count in place of others, by name, and the packages that are taken without what they ask for."""

    def __init__(self, overrides: dict[str, str], bare: Iterable[str]) -> None:
        self.overrides = overrides
        self.bare = frozenset(bare)

    def apply(self, owner: str, requirements: Iterable[Any]) -> Ruled:
        """Judge what a package asks for. A package says nothing of itself that could be replaced."""
        from packaging.requirements import Requirement
        from packaging.specifiers import SpecifierSet
        from packaging.utils import canonicalize_name

        ruled = Ruled([], [])
        for requirement in requirements:
            name = canonicalize_name(requirement.name)
            if owner in self.bare:
                ruled.overruled.append(requirement)
            elif name in self.overrides and name != owner:
                changed = Requirement(str(requirement))
                changed.specifier, changed.url = SpecifierSet(self.overrides[name]), None
                ruled.counting.append(changed)
                ruled.overruled.append(requirement)
            else:
                ruled.counting.append(requirement)
        return ruled


#: All that packages ask for counts.
NO_RULES = Rules({}, ())


def plain(requirement: Any) -> str:
    """Return a requirement without its marker, and without an address."""
    from packaging.requirements import Requirement

    changed = Requirement(str(requirement))
    changed.marker = changed.url = None
    return str(changed)


#: What did not count, by name and version of the package that asks for it, and the extras that were looked at.
Overruled = dict[tuple[str, str, frozenset[str]], set[str]]


def rule(rules: Rules, overruled: Overruled) -> None:
    """Apply the rules to what pip reads of any package, and keep what did not count."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name
    from packaging.version import Version
    from pip._internal.metadata import select_backend

    from .change import change

    def judge(old: Any) -> Any:
        def iter_dependencies(self: Any, extras: Any = ()) -> list[Any]:
            owner = canonicalize_name(self.metadata["Name"])  # what was read once: its file may be gone
            asked = list(old(self, extras))
            if not (owner in rules.bare or rules.overrides):
                return asked
            ruled = rules.apply(owner, [Requirement(str(one)) for one in asked])
            version = str(Version(self.metadata["Version"]))
            overruled[owner, version, frozenset(extras)] = set(map(plain, ruled.overruled))
            return ruled.counting

        return iter_dependencies

    if rules.bare or rules.overrides:
        change(select_backend().Distribution, "iter_dependencies", judge)
