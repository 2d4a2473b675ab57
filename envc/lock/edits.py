"""Edits of the program after which its packages can be chosen. Each was tried: the resolver answered with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Fix, Report
from envc.diagnostics.diagnostic import WRONG_INPUT
from envc.knowledge.package_names import names_meant
from envc.language.environment import Environment
from envc.language.facets import PythonPackage
from envc.language.package_names import name_of
from envc.lock.resolution import Request, Requirement, Resolution
from envc.lock.world import World

#: As many edits are tried for one report, and each for so many seconds.
MOST_TRIED = 4
PATIENCE = 20.0

#: What another name may mend: import names often belong to nothing, or to an archive that tells of its other name.
MENDED_BY_NAME = {"unknown-package", "no-wheel-for-target"}
#: What other versions may mend.
MENDED_BY_VERSION = {"unsatisfiable-packages", "unknown-version", "no-wheel-for-target", "requires-python-mismatch"}


class Edit(NamedTuple):
    """One package of the program, asked for in another way."""

    diagnostic: int  # the position in its report
    package: PythonPackage
    requirement: str  # PEP 508
    name: str
    renamed: bool


def mending_edits(
    report: Report, environment: Environment, request: Request, world: World
) -> dict[int, tuple[Fix, ...]]:
    """Return the edits that mend a report, by the position of their diagnostic. Tries them with the resolver."""
    found: dict[int, tuple[Fix, ...]] = {}
    if report.exit_code != WRONG_INPUT:
        return found
    edits = [
        edit
        for position, one in enumerate(report.diagnostics)
        for edit in edits_of(position, one, environment, request, world)
    ]
    for edit in edits[:MOST_TRIED]:
        version = tried(edit, report, request, world)
        if version is not None:
            found[edit.diagnostic] = (*found.get(edit.diagnostic, ()), fix_of(edit, version))
    return found


def edits_of(
    position: int, diagnostic: Diagnostic, environment: Environment, request: Request, world: World
) -> Iterator[Edit]:
    """Yield what may mend one diagnostic: another name, or any version, of a package that it concerns."""
    asked = environment.every(PythonPackage)
    once = {one.name: one for one in asked if sum(other.name == one.name for other in asked) == 1}
    routed = {name_of(wanted.text) for wanted in request.requirements if wanted.index_name is not None}
    misspelt = diagnostic.name == "unknown-package"
    for concern in diagnostic.concerns:
        package = once.get(concern.subject)
        if package is None or package.name in routed:
            continue  # builds for an accelerator are chosen by other rules
        if diagnostic.name in MENDED_BY_NAME and concern.part != "nothing":
            for name in names_meant(package.name, world.library, misspelt=misspelt):
                if name not in {one.name for one in asked}:
                    yield Edit(position, package, package._replace(name=name).requirement, name, renamed=True)
        if diagnostic.name in MENDED_BY_VERSION and package.specifier and not package.pinned:
            yield Edit(position, package, package._replace(specifier="").requirement, package.name, renamed=False)


def tried(edit: Edit, report: Report, request: Request, world: World) -> str | None:
    """Return the version that is chosen of the edited package when the resolver is asked again, or None without one.

    A resolver stops at the first name that it does not find. So another name serves when nothing is wrong with it, and
    the version is unknown, ''; with other edits a report of several diagnostics need only lose some and get no new one.
    """
    wanted = tuple(
        Requirement(edit.requirement) if name_of(one.text) == edit.package.name else one for one in request.requirements
    )
    world.progress(f"trying {edit.requirement}")
    try:
        answer = world.resolver.resolve(request._replace(requirements=wanted, pins=(), patience=PATIENCE), ignore)
    except Report as again:
        return "" if again.exit_code == WRONG_INPUT and helps(edit, report, again) else None
    return version_in(answer, edit.name)


def helps(edit: Edit, before: Report, after: Report) -> bool:
    """Tell whether an edit brings a report nearer to its end, by what the resolver says after it."""
    if edit.renamed:
        return all(concern.subject != edit.name for one in after.diagnostics for concern in one.concerns)
    was, still = ({(one.name, one.message) for one in report.diagnostics} for report in (before, after))
    return still < was


def fix_of(edit: Edit, version: str) -> Fix:
    """Return an edit that was tried as a fix; `version` is what it leads to, empty where that is not known."""
    origin = edit.package.origin
    if not edit.renamed:
        suits = f": {version} suits all" if version else " that fits"
        return Fix(f"take any {edit.name}{suits}", origin.of("version").with_blanks_before, "")
    extras = f"[{','.join(edit.package.extras)}]" if edit.package.extras else ""
    return Fix(f"a package has a similar name: {edit.name}", origin.of("name"), f"{edit.name}{extras}")


def version_in(answer: Resolution, name: str) -> str | None:
    """Return the version that was chosen of a package."""
    return next((package.version for package in answer.packages if package.name == name), None)


def ignore(_: str) -> None:
    """Take a step's name and say nothing: what is tried is said once."""
