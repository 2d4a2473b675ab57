"""Which index a package comes from: the one that the program or the library gives it, and no other. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.suggestions import similar
from envc.language.environment import Environment
from envc.language.facets import PackageIndex, PythonPackage

if TYPE_CHECKING:
    from envc.lock.accelerated_builds import BuildChoice


def routes_of(environment: Environment, builds: Iterable[BuildChoice]) -> dict[str, str]:
    """Return the name of the only index of each package that has one, also of those that only others may ask for.

    What `ml` takes comes from the index of its build, companions included, unless `pip` asks for one of them.
    """
    packages = environment.every(PythonPackage)
    accelerated = {package.name for package in packages if package.accelerated and package.source is None}
    plain = {package.name for package in packages} - accelerated
    routes = {
        name: build.index_name for build in builds if build.index_name for name in names_of(build) if name not in plain
    }
    routes.update((name, index.name) for index in environment.every(PackageIndex) for name in index.packages)
    return routes


def names_of(build: BuildChoice) -> tuple[str, ...]:
    """Return the packages that come from the index of a build."""
    beside = [one.package for one in build.family.beside if one.rocm and build.rocm]
    return (build.family.project, *build.family.companions, *beside)


def program_addresses(environment: Environment) -> dict[str, str]:
    """Return the addresses of the indexes that the program names."""
    return {index.name: index.address for index in environment.every(PackageIndex)}


def pages_of_links(environment: Environment) -> tuple[str, ...]:
    """Return the names of the indexes that are one page of links to wheels each, sorted."""
    return tuple(sorted({index.name for index in environment.every(PackageIndex) if index.links}))


def logins_by_index(environment: Environment) -> dict[str, tuple[str, str]]:
    """Return for each index that has a login in the program the name of the account and the name of the secret."""
    return {index.name: (index.user, index.secret) for index in environment.every(PackageIndex) if index.secret}


def unused_indexes(environment: Environment, locked: Iterable[str]) -> tuple[Diagnostic, ...]:
    """Return a warning for each index with a package behind `for` that is not among the locked ones."""
    names = set(locked)
    found = []
    for index in environment.every(PackageIndex):
        unused = [(position, name) for position, name in enumerate(index.packages) if name not in names]
        if not unused:
            continue
        whole = len(unused) == len(index.packages)
        near = [(name, one) for _, name in unused if (one := similar(name, names))]
        found.append(
            Diagnostic(
                "unused-index",
                f"no package comes from the index `{index.name}`"
                if whole
                else f"the index `{index.name}` is named for a package that nobody asks for",
                tuple(
                    Label(index.origin.of(f"packages.{position}"), "nobody asks for it", primary=True)
                    for position, _ in unused
                ),
                notes=tuple(f"a package with a similar name to `{name}` is `{one}`" for name, one in near),
                severity="warning",
            )
        )
    return tuple(found)
