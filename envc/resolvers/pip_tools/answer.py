"""What pip-compile chose, read from its text and from the facts that `inside` adds, and checked.

All of it came from an index, that is from strangers: nothing passes that is not a name, a version, a hash, the name of
a wheel or a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from envc.diagnostics.diagnostic import Diagnostic, Report, world_failed
from envc.diagnostics.source import Source
from envc.lock.requirements import Pin, normalise, parse
from envc.lock.resolution import Package, Request, Resolution
from envc.resolvers.pip_tools.words import plain

#: The characters of a wheel's name: no address and no path can be written with them.
WHEEL = re.compile(r"[A-Za-z0-9._+!-]+\.whl")


def resolution_of(answer: Mapping[str, Any], request: Request) -> Resolution:
    """Return the resolution that an answer states. Raises a `Report` named `unsafe-index-answer`."""
    versions: Mapping[str, str] = answer["versions"]
    indexes = indexes_of(request)
    try:
        pins = parse(Source("pip-compile's output", answer["text"]))
        packages = tuple(package_of(pin, answer["packages"][pin.name], indexes.get(pin.name)) for pin in pins)
    except (Report, ValueError, LookupError) as error:
        raise unsafe(error) from error
    return Resolution(", ".join(f"{name} {versions[name]}" for name in ("pip-tools", "pip")), packages)


def indexes_of(request: Request) -> dict[str, str | None]:
    """Return the name of the index of every package that the program asks for, or that has one when it comes along."""
    from packaging.requirements import Requirement

    asked = {normalise(Requirement(wanted.text).name): wanted.index_name for wanted in request.requirements}
    return {**asked, **dict(request.routes)}


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
    stated = f"sha256:{facts.get('sha256')}"
    digest = stated if stated in pin.hashes else None
    return Package(pin.name, pin.version, pin.hashes, index, pin.required_by, wheel, size, digest)


def warnings_of(answer: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
    """Return a warning for each chosen package that its makers have withdrawn (yanked, PEP 592), by name."""
    return tuple(
        Diagnostic(
            "yanked-package",
            f"{facts['wheel'].split('-')[1]} of {name} was withdrawn by its makers",
            notes=(f"their reason: {plain(facts['yanked'])}",) if facts["yanked"] else (),
            helps=(f"allow another version of {name}, and lock again",),
            severity="warning",
        )
        for name, facts in sorted(answer["packages"].items())
        if facts["yanked"] is not None
    )


def unsafe(error: Exception) -> Report:
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
    )
