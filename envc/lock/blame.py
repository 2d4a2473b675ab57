"""From names to positions: what a resolver says of packages, shown at the clauses of the program that ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.diagnostics import Concern, Diagnostic, Label, Report, Span
from envc.language.environment import Environment
from envc.language.facets import BaseImage, PythonPackage
from envc.language.package_rules import Override
from envc.language.packages import normalised
from envc.lock.edits import mending_edits
from envc.lock.python_edit import MENDED_BY_PYTHON, python_edit, python_label
from envc.lock.resolution import Request
from envc.lock.world import World

#: As many labels are shown: a conflict of more clauses is not easier to read with all of them.
MOST_LABELS = 6


def blamed(report: Report, environment: Environment, request: Request, world: World) -> Report:
    """Return a resolver's report with labels at the clauses concerned, and with edits that were tried and mend it."""
    fixes = mending_edits(report, environment, request, world)
    other_python = python_edit(report, environment, request, world)
    diagnostics = [
        _with_overrides(at_clauses(one, environment), one, environment)._replace(
            fixes=(*one.fixes, *fixes.get(position, ()), *other_python)[:3]
        )
        for position, one in enumerate(report.diagnostics)
    ]
    return Report(diagnostics, report.exit_code)


def _with_overrides(shown: Diagnostic, told: Diagnostic, environment: Environment) -> Diagnostic:
    """Return a diagnostic that names the overrides of the packages that it tells of: what was replaced is not seen."""
    said = {word for text in (told.message, *told.notes) for word in re.findall(r"[A-Za-z0-9][A-Za-z0-9._-]*", text)}
    said = {normalised(word.rstrip("._-")) for word in said}
    overrides = [one for one in environment.every(Override) if one.name in said]
    labels = tuple(Label(one.origin.span, "replaces what packages ask", primary=not shown.labels) for one in overrides)
    notes = tuple(f"`override` has replaced what packages ask of {one.name}: {one.requirement}" for one in overrides)
    return shown._replace(labels=(*shown.labels, *labels), notes=(*shown.notes, *notes))


def at_clauses(diagnostic: Diagnostic, environment: Environment) -> Diagnostic:
    """Return a diagnostic whose concerns have become labels: the first of them is the primary one."""
    places = list(dict.fromkeys(places_of(diagnostic.concerns, environment)))[:MOST_LABELS]
    labels = tuple(Label(span, text, primary=position == 0) for position, (span, text) in enumerate(places))
    if labels and diagnostic.name in MENDED_BY_PYTHON:
        labels += python_label(environment)
    if labels and diagnostic.name == "contradicts-base":
        labels += tuple(Label(one.origin.of("image"), "the base") for one in environment.every(BaseImage))
    return diagnostic._replace(labels=(*diagnostic.labels, *labels), concerns=())


def places_of(concerns: tuple[Concern, ...], environment: Environment) -> Iterator[tuple[Span, str]]:
    """Yield where each concern stands in the program and what is to be seen there."""
    for concern in concerns:
        for package in environment.every(PythonPackage):
            if package.name == concern.subject:
                yield place_of(package, concern.part), concern.text


def place_of(package: PythonPackage, part: str) -> Span:
    """Return the narrowest text of a clause that may be wrong: its version where it has one, else its name."""
    return package.origin.of("version" if part == "version" and package.specifier else "name")
