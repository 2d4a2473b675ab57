"""A request without an answer: which package has no fitting file, or who asks for versions that no one file has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from envc.diagnostics.diagnostic import Concern, Diagnostic
from envc.language.package_names import normalised
from envc.lock.replaced import NOT_IN_SILENCE, by_override
from envc.lock.resolution import Request
from envc.resolvers.pip_tools.derivation import Graph, because, concern_about, reason_of, takes, way_to
from envc.resolvers.pip_tools.uploads import Uploads, why_nothing_fits
from envc.resolvers.words import plain


def conflict(failure: Mapping[str, Any], request: Request, graph: Graph) -> list[Diagnostic]:
    """Return what is wrong with the packages: one diagnostic for each that has no fitting file, else the conflict."""
    causes = with_base(failure["causes"], request)
    provided = {one.name: one.version for one in request.provided}
    uploads = {name: Uploads.of(name, files) for name, files in failure["files"].items()}
    found: dict[tuple[str, str], Diagnostic] = {}
    for cause in causes:
        name = cause["name"]
        if name in provided:
            diagnostic = None  # below, for it is no matter of an index
        elif name in uploads:
            diagnostic = why_nothing_fits(uploads[name], cause["specifier"], asker(cause), request)
        elif cause["parent"] and name not in {one.name for one in request.given}:
            diagnostic = python_refused(cause, request)
        else:
            diagnostic = None
        if diagnostic is not None:
            found.setdefault((diagnostic.name, name), placed(diagnostic, cause, graph))
    against = [one for cause in causes if (one := against_base(cause, provided, graph)) is not None]
    return (
        list(found.values())
        or list(dict.fromkeys(against))
        or unusable(failure, graph)
        or [unsatisfiable(causes, graph)]
    )


def with_base(causes: Sequence[Mapping[str, Any]], request: Request) -> list[Mapping[str, Any]]:
    """Return causes in which a package of the base states its own bounds: a resolver takes them for the program's."""
    from packaging.requirements import Requirement

    bounds = [(Requirement(bound), owner) for bound, owner in request.bounds_of_base]
    wanted = [Requirement(one.text) for one in request.requirements]
    theirs = {(one.name, one.specifier) for one, _ in bounds} - {
        (normalised(one.name), one.specifier) for one in wanted
    }
    named = {cause["name"] for cause in causes}
    kept = [cause for cause in causes if cause["parent"] or (cause["name"], specifiers(cause)) not in theirs]
    return kept + [
        {"name": one.name, "requirement": str(one), "specifier": str(one.specifier), "parent": owner}
        for one, owner in bounds
        if one.name in named
    ]


def specifiers(cause: Mapping[str, Any]) -> Any:
    """Return the versions that a cause takes, to compare; None for what is no specifier."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(cause["specifier"])
    except InvalidSpecifier:
        return None


def against_base(cause: Mapping[str, Any], provided: Mapping[str, str], graph: Graph) -> Diagnostic | None:
    """Return the diagnostic of a requirement that what the base brings does not fulfil, or None of any other."""
    name = normalised(cause["name"])
    version = provided.get(name)
    if version is None or takes(cause["specifier"], version):
        return None
    reason = reason_of(cause, graph)
    return Diagnostic(
        "contradicts-base",
        f"{reason.fact}, and the base brings {name} {plain(version)}",
        notes=(NOT_IN_SILENCE,),
        helps=(
            "take another tag of the image, or another version of what asks for it",
            by_override(name, plain(cause["specifier"])),
        ),
        concerns=(reason.concern,) if reason.concern else (),
    )


#: What is to be seen at the clause of a package that has no fitting file, and which part of the clause is wrong.
SEEN: dict[str, tuple[str, Literal["name", "version"]]] = {
    "unknown-package": ("no index has it", "name"),
    "unknown-version": ("no such version", "version"),
    "no-wheel-for-target": ("no wheel for the target", "version"),
    "requires-python-mismatch": ("does not take this Python", "version"),
}


def placed(diagnostic: Diagnostic, cause: Mapping[str, Any], graph: Graph) -> Diagnostic:
    """Return a diagnostic with the clause that it concerns: the package's own, or that of the one that brings it in."""
    text, part = SEEN[diagnostic.name]
    asking, _, version = (cause["parent"] or "").partition(" ")
    name = asking if cause["name"].startswith("<") else cause["name"]
    if name in graph.roots and (not asking or name == asking):
        return diagnostic._replace(concerns=(Concern(name, text, part),))
    chain = graph.chain_to(asking, version)
    if not chain:
        return diagnostic
    brought = plain(name) if name != asking else str(chain[-1])
    way = (f"the program asks for {' → '.join(map(str, chain))}",) if len(chain) > 1 else ()
    concern = Concern(chain[0].name, f"brings in {brought}: {text}")
    return diagnostic._replace(notes=(*diagnostic.notes, *way), concerns=(concern,))


#: What pip finds wrong with the metadata of a file that it passes over.
BAD_METADATA = {
    "MetadataInvalid": "its metadata cannot be understood",
    "MetadataInconsistent": "its metadata is that of another package or version",
}


def unusable(failure: Mapping[str, Any], graph: Graph) -> list[Diagnostic]:
    """Return the diagnostics of packages whose files were passed over, for the metadata in them."""
    names = dict.fromkeys(cause["name"] for cause in failure["causes"])
    return [
        Diagnostic(
            "unusable-metadata",
            f"no fitting version of `{plain(name)}` can be used",
            notes=(
                *(f"{plain(file)}: {BAD_METADATA.get(kind, 'it is broken')}" for file, kind in files[:3]),
                *way_to(graph, name),
            ),
            helps=(f"take another version of {plain(name)}, or tell its makers",),
            concerns=concern_about(graph, name, "its metadata is broken", "version"),
        )
        for name in names
        if (files := failure.get("passed_over", {}).get(name))
    ]


def unsatisfiable(causes: Sequence[Mapping[str, Any]], graph: Graph) -> Diagnostic:
    """Return the proof that no version suits all who ask for a package, with the clauses that contribute."""
    names = sorted({cause["name"] for cause in causes})
    reasons = [reason_of(cause, graph) for cause in sorted(causes, key=lambda cause: bool(cause["parent"]))]
    return Diagnostic(
        "unsatisfiable-packages",
        f"no version of {', '.join(f'`{plain(name)}`' for name in names)} suits all who ask for it",
        notes=because(reasons),
        helps=("widen one of these version ranges, or drop one of the packages",),
        concerns=tuple(dict.fromkeys(reason.concern for reason in reasons if reason.concern)),
    )


def asker(cause: Mapping[str, Any]) -> str:
    """Return who states a requirement."""
    return plain(cause["parent"]) if cause["parent"] else "the program"


def python_refused(cause: Mapping[str, Any], request: Request) -> Diagnostic:
    """Return the diagnostic of a package whose metadata, not its index page, refuses the target's Python."""
    return Diagnostic(
        "requires-python-mismatch",
        f"{asker(cause)} does not take Python {request.target.python}",
        notes=(f"it needs Python {plain(cause['specifier'])}",),
        helps=("take another version of the package or of Python",),
    )
