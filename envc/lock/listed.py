"""What the packages of lists come to on one target, and whether what was chosen is what they allow. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import Facet, ListedPackage, PythonPackage
from envc.lock.markers import holds
from envc.lock.resolution import Package, Resolution


def settled(environment: Environment, python: str | None, platform: str) -> Environment:
    """Return the environment with the listed packages that hold on the target as if the program had named them.

    Without a version of Python every line counts: what depends on it is not yet asked.
    """
    facets: list[Facet] = []
    for facet in environment.facets:
        if not isinstance(facet, ListedPackage):
            facets.append(facet)
        elif python is None or holds(facet.marker, python, platform):
            facets.append(facet)
            if facet.wanted:
                facets.append(
                    PythonPackage(
                        facet.name,
                        facet.extras,
                        facet.specifier,
                        facet.pinned,
                        facet.accelerated,
                        facet.origin,
                        source=facet.source,
                        bare=facet.bare,
                    )
                )
    return environment._replace(facets=tuple(facets))


def bounds_of(environment: Environment) -> tuple[str, ...]:
    """Return the requirements that only bound what others ask for, of a settled environment."""
    listed = environment.every(ListedPackage)
    return tuple(sorted({f"{one.name}{one.specifier}" for one in listed if not one.wanted and one.specifier}))


def as_listed(environment: Environment, resolution: Resolution) -> Resolution:
    """Return what was chosen with the hashes that the lists allow, and no other.

    Raises a Report for a package of whose files a list has none, and for one that is missing in a list that pins
    everything by hash.
    """
    hashed = _hashed(environment)
    mistakes: list[Diagnostic] = []
    packages = []
    for package in resolution.packages:
        allowed = package.hashes
        for listed in hashed.get(package.name, ()):
            allowed = tuple(digest for digest in allowed if digest in listed.hashes)
            if not allowed or (package.digest is not None and package.digest not in listed.hashes):
                mistakes.append(_other_file(package, listed))
                break
        packages.append(package._replace(hashes=allowed))
    mistakes += _missing(resolution.packages, environment, hashed)
    if mistakes:
        raise Report(mistakes)
    return resolution._replace(packages=tuple(packages))


def _hashed(environment: Environment) -> dict[str, list[ListedPackage]]:
    found: dict[str, list[ListedPackage]] = {}
    for listed in environment.every(ListedPackage):
        if listed.hashes:
            found.setdefault(listed.name, []).append(listed)
    return found


def _missing(
    packages: Iterable[Package], environment: Environment, hashed: dict[str, list[ListedPackage]]
) -> list[Diagnostic]:
    asked = {package.name for package in environment.every(PythonPackage)}
    found = []
    for package in packages:
        if package.name in asked or package.name in hashed or not package.required_by:
            continue
        if all(name in hashed for name in package.required_by):
            first = hashed[package.required_by[0]][0]
            found.append(
                Diagnostic(
                    "package-not-in-list",
                    f"`{first.path}` does not list `{package.name}`, which `{first.name}` asks for",
                    (wrong(first.origin.of("name"), f"asks for {package.name}"),),
                    notes=("a list with hashes names every package, or pip refuses it",),
                    helps=(
                        "make the list again for this Python and platform",
                        f"or ask for it in the program: pip {package.name}",
                    ),
                )
            )
    return found


def _other_file(package: Package, listed: ListedPackage) -> Diagnostic:
    index = f"the index `{package.index_name}`" if package.index_name else "the default index"
    wheel = f"`{package.wheel}` of {index}" if package.wheel else f"what {index} has"
    return Diagnostic(
        "hash-not-in-list",
        f"`{listed.path}` lists other files of `{package.name}` than {package.version} of {index}",
        (wrong(listed.origin.of("name"), f"{len(listed.hashes)} {'hash' if len(listed.hashes) == 1 else 'hashes'}"),),
        notes=(f"{wheel} has none of them",),
        helps=(
            f'where the list was made with another index: `index NAME "https://…" for {package.name}`',
            "or make the list again",
        ),
    )
