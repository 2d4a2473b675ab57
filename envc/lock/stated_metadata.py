"""Packages whose metadata the program says, because nobody can ask for it: its build imports what is too large. Pure.

`without deps` says that nothing counts that the package asks for. Its version is that of its archive, or one exactly.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from envc.diagnostics import Fix, Span
from envc.language.facets import PythonPackage
from envc.language.package_names import name_of, normalised

_MODULE = re.compile(r"No module named '([\w.]+)'")


class Missing(NamedTuple):
    """What can be done about a module that the build imports and has not."""

    note: str
    helps: tuple[str, ...]
    fixes: tuple[Fix, ...]


def missing_module(package: PythonPackage, said: str, away: frozenset[str], version: str | None) -> Missing | None:
    """Return what can be done where the last words of a build are that a module is missing.

    `away` is what is never installed to read metadata; `version` the package's, where it is known.
    """
    match = _MODULE.search(said)
    if match is None:
        return None
    module = match[1].partition(".")[0]
    if normalised(module) not in away:
        known = ", which has no such module" if module in _needs(package) else ""
        return Missing(said, (f"name behind `needs` the package that has the module `{module}`{known}",), ())
    note = f"its build imports {module}, which is too large to be installed for the question"
    if package.bare:
        return Missing(note, (f"write its version, exactly: `{package.name} ==1.4.0 from git …`",), ())
    helps = (
        f"say in the program what {package.name} needs when it runs, and that nothing else counts: `without deps`",
        *(() if version else (f"and which version it is, exactly: `{package.name} ==1.4.0 from git …`",)),
    )
    edit = _edit(package, normalised(module), version)
    return Missing(note, helps, (edit,) if edit else ())


def _needs(package: PythonPackage) -> set[str]:
    return {name_of(one) for one in (package.source.needs if package.source else ())}


def _edit(package: PythonPackage, module: str, version: str | None) -> Fix | None:
    """Return the edit of the package's entry; None where it does not say its version, and nothing lets it be known."""
    spans, name = package.origin.spans, package.origin.of("name")
    own = [span for field, span in spans.items() if field != "version" and span.source is name.source]
    if "source" not in spans or (version is None and package.specifier):
        return None
    version = version or _version_of_tag(package)
    if version is None:
        return None
    whole = Span(name.source, name.start, max(span.end for span in own))
    pieces = {whole.end: " without deps"}
    if module not in _needs(package):
        place = spans["needs"].end if "needs" in spans else whole.end
        word = module if "needs" in spans else f"needs {module}"
        pieces[place] = f" {word}{pieces.get(place, '')}"
    if package.source and package.source.kind == "git" and not package.specifier:
        pieces[name.end] = f" =={version}"
    text = whole.text
    for place, piece in sorted(pieces.items(), reverse=True):
        text = text[: place - whole.start] + piece + text[place - whole.start :]
    return Fix(f"take {package.name} {version} without what it asks for", whole, text)


def _version_of_tag(package: PythonPackage) -> str | None:
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(package.source.tag)) if package.source else None
    except InvalidVersion:
        return None
