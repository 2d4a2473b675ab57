"""What pip-compile chose, read from its text and from the facts that `inside` adds, and checked.

All of it came from an index, that is from strangers: nothing passes that is not a name, a version, a hash, the name of
a wheel or a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from envc.diagnostics.diagnostic import Concern, Diagnostic, Report, world_failed
from envc.diagnostics.source import Source
from envc.language.package_names import name_of, normalised
from envc.lock.requirements import Pin, parse
from envc.lock.resolution import LostPin, Package, Request, Resolution
from envc.resolvers.pip_tools.derivation import Graph, concern_about, way_to
from envc.resolvers.pip_tools.uploads import Uploads, why_lost
from envc.resolvers.stand_in import without_files
from envc.resolvers.words import plain

#: The characters of a wheel's name: no address and no path can be written with them.
WHEEL = re.compile(r"[A-Za-z0-9._+!-]+\.whl")


def resolution_of(answer: Mapping[str, Any], request: Request) -> Resolution:
    """Return the resolution that an answer states. Raises a `Report` named `unsafe-index-answer`."""
    versions: Mapping[str, str] = answer["versions"]
    indexes = indexes_of(request)
    try:
        pins = parse(Source("pip-compile's output", answer["text"]))
    except (Report, ValueError, LookupError) as error:
        raise unsafe(error) from error
    packages = tuple(checked(pin, answer, indexes.get(pin.name), request) for pin in pins)
    resolver = ", ".join(f"{name} {versions[name]}" for name in ("pip-tools", "pip"))
    return Resolution(resolver, without_files(packages, request), lost_pins(answer, packages, request))


def lost_pins(answer: Mapping[str, Any], packages: Sequence[Package], request: Request) -> tuple[LostPin, ...]:
    """Return the pins of a request whose versions are not to be had any more, for packages that are still there."""
    chosen = {package.name: package.version for package in packages}
    lost = []
    for name, _, version in sorted(pin.partition(" ")[0].partition("==") for pin in request.pins):
        if chosen.get(name, version) == version:
            continue
        rows = answer.get("files", {}).get(name)
        if rows is not None:
            reason = why_lost(Uploads.of(name, rows), version, request.target)
            if reason:
                lost.append(LostPin(name, version, reason))
    return tuple(lost)


def indexes_of(request: Request) -> dict[str, str | None]:
    """Return the name of the index of every package that the program asks for, or that has one when it comes along."""
    asked = {name_of(wanted.text): wanted.index_name for wanted in request.requirements}
    return {**asked, **dict(request.routes)}


def checked(pin: Pin, answer: Mapping[str, Any], index: str | None, request: Request) -> Package:
    """Return one package. Raises a `Report` that names it when something of it must not reach a lock."""
    try:
        return package_of(pin, answer["packages"][pin.name], index)
    except (ValueError, LookupError) as error:
        concerns = concern_about(Graph.of(answer, request), pin.name, "not to be trusted", "nothing")
        raise unsafe(error, concerns) from error


def package_of(pin: Pin, facts: Mapping[str, Any], index: str | None) -> Package:
    """Return one package. Raises `ValueError` when its wheel or size cannot be what they claim to be."""
    from packaging.utils import parse_wheel_filename
    from packaging.version import Version

    wheel, size = str(facts["wheel"]), facts["size"]
    name, version, _, _ = parse_wheel_filename(wheel)
    if (name, version) != (pin.name, Version(pin.version)) or not WHEEL.fullmatch(wheel):
        raise ValueError(f"{plain(wheel)} is not a wheel of {pin.name} {pin.version}")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 0):
        raise ValueError(f"the size of {plain(wheel)} is not a number of bytes")
    requires = requirements_of(facts["requires"], pin.name)
    stated = f"sha256:{facts.get('sha256')}"
    digest = stated if stated in pin.hashes else None
    overruled = requirements_of(facts.get("overruled", ()), pin.name)
    askers = tuple(name for name in pin.required_by if name != pin.name)  # `x[a]` asks for `x`, to pip-compile
    return Package(pin.name, pin.version, pin.hashes, index, askers, wheel, size, requires, digest, overruled)


def requirements_of(texts: Iterable[str], name: str) -> tuple[str, ...]:
    """Return what a package needs, in one form: names as PEP 503 has them, specifiers sorted, no marker.

    Raises `ValueError` for anything that is no requirement or brings an address. What it needs of itself (`x[all]`
    needs `x[a,b]`) is left out.
    """
    from packaging.requirements import Requirement

    found = set()
    for text in texts:
        requirement = Requirement(text)
        if requirement.url is not None:
            raise ValueError(f"{name} needs {requirement.name} from an address")
        if (needed := normalised(requirement.name)) != name:
            extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
            found.add(f"{needed}{extras}{requirement.specifier}")
    return tuple(sorted(found))


def warnings_of(answer: Mapping[str, Any], request: Request) -> tuple[Diagnostic, ...]:
    """Return a warning for each chosen package that its makers have withdrawn (yanked, PEP 592), by name."""
    yanked = {name: facts for name, facts in sorted(answer["packages"].items()) if facts["yanked"] is not None}
    if not yanked:
        return ()
    graph = Graph.of(answer, request)
    return tuple(
        Diagnostic(
            "yanked-package",
            f"{facts['wheel'].split('-')[1]} of {name} was withdrawn by its makers",
            notes=(
                *((f"their reason: {plain(facts['yanked'])}",) if facts["yanked"] else ()),
                *way_to(graph, name),
            ),
            helps=(f"allow another version of {name}, and lock again",),
            severity="warning",
            concerns=concern_about(graph, name, "withdrawn", "version"),
        )
        for name, facts in yanked.items()
    )


def unsafe(error: Exception, concerns: tuple[Concern, ...] = ()) -> Report:
    """Return the report of an answer with something in it that must not reach a lock."""
    reasons = (
        [f"{label.text}: {plain(label.span.text)}" for one in error.diagnostics for label in one.labels]
        if isinstance(error, Report)
        else [plain(str(error))]
    )
    return world_failed(
        "unsafe-index-answer",
        "a package index gave something that must not stand in a lock",
        notes=reasons,
        helps=("ask the keeper of the index, or route the package to another one",),
        concerns=concerns,
    )
