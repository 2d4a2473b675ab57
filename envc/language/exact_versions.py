"""Which one version a specifier allows. Pure."""

from __future__ import annotations

import re

#: One version, as a clause says it: what `==` compares with, without a star at its end.
_EXACT = re.compile(r"={2,3}([^*]+)")


def exact_version(specifier: str) -> str | None:
    """Return the one version that a PEP 440 specifier allows, as it is written; None where it allows several, or none.

    `==1.0,>=0.5` allows 1.0, `==1.0,==2.0` and `==1.*` no one version.
    """
    clauses = [clause.strip() for clause in specifier.split(",")]
    version = next((match[1] for match in map(_EXACT.fullmatch, clauses) if match), None)
    if version is None or len(clauses) == 1:
        return version
    from packaging.specifiers import SpecifierSet

    return version if SpecifierSet(specifier).contains(version, prereleases=True) else None
