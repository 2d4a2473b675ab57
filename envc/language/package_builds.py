"""Packages whose wheels the program's own builds leave: `pip ranker 1.0 from build ranker`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Fix, Label
from envc.diagnostics.diagnostic import wrong
from envc.language.build_order import unknown_build
from envc.language.environment import Environment
from envc.language.exact_versions import exact_version
from envc.language.facets import PythonPackage
from envc.language.outside_facets import ProgramBuild

_LATER = "its wheel is made while the image is"


def leaves_wheels(environment: Environment, build: str) -> bool:
    """Say whether a package takes a wheel of the build of that name."""
    sources = (one.source for one in environment.every(PythonPackage))
    return any(one is not None and (one.kind, one.address) == ("build", build) for one in sources)


def mistakes_of_wheel(package: PythonPackage, environment: Environment) -> Iterator[Diagnostic]:
    """Return what is wrong with a package that a build makes: that there is none, or which version it is."""
    if package.source is None or package.source.kind != "build":
        return
    name, build, place = package.name, package.source.address, package.origin.of("source")
    known = [one.name for one in environment.every(ProgramBuild)]
    if build not in known:
        yield unknown_build(build, package.origin.spans.get("source.1", place), known, environment)
    if not package.specifier:
        yield Diagnostic(
            "missing-argument",
            f"nothing says which version of `{name}` is built",
            (
                wrong(package.origin.of("name"), "no version follows"),
                Label(place, _LATER),
            ),
            helps=(f"write the one that it makes, `{name} ==1.2`: the lock has it, and another one fails the build",),
        )
    elif exact_version(package.specifier) is None:
        said = package.origin.of("version")
        number = said.text if re.fullmatch(r"[0-9.]+", said.text) else ""
        yield Diagnostic(
            "contradiction",
            f"`{name}{package.specifier}` is no one version, and a build makes one",
            (wrong(said, "allows several, or none"), Label(place, _LATER)),
            helps=() if number else ("write the one that it makes: the lock has it, and another one fails the build",),
            fixes=(Fix("take exactly this one", said, f"=={number}"),) if number else (),
        )
