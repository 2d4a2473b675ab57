"""Packages that are built: their sources are chosen before all packages are, and the tools that build them after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.language.exact_versions import exact_version
from envc.language.facets import PythonPackage
from envc.language.package_names import name_of
from envc.lock.files import LockedFiles
from envc.lock.locked_built_packages import LockedBuiltPackage
from envc.lock.overrides import stated
from envc.lock.package_sources import FoundPackageSource, PackageSourceWish
from envc.lock.resolution import Given, Target
from envc.lock.routes import pages_of_links
from envc.lock.wishes import Wishes
from envc.lock.world import World

#: What is said of a package that a build of the program makes.
_UNKNOWN = "its version is the program's, and what it needs is seen when it is built"


class BuiltPackage(NamedTuple):
    """A package that is built, and its source."""

    package: PythonPackage
    found: FoundPackageSource
    earlier: LockedBuiltPackage | None = None  # what an older lock has of it

    @property
    def asked(self) -> str:
        """What the program asks for, in one form."""
        source = self.package.source
        return f"{self.package.specifier or 'any'} {source.text if source else ''}".strip()

    @property
    def given(self) -> Given:
        """The package as a resolver is to see it."""
        return Given(self.package.name, self.found.version, self.found.requires)

    @property
    def requirement(self) -> str:
        """What is asked of a resolver."""
        return self.package.exactly(self.found.version)


def built_packages(environment: Environment) -> list[PythonPackage]:
    """Return the packages that are built, sorted by name."""
    built = [one for one in environment.every(PythonPackage) if one.source is not None and one.source.is_built]
    return sorted(built, key=lambda package: package.name)


def find_built_packages(
    asked: Environment,
    target: Target,
    world: World,
    routes: Mapping[str, str],
    old: LockedFiles | None,
    wishes: Wishes,
) -> tuple[BuiltPackage, ...]:
    """Choose the sources. Those of an older lock stay where they are still what is asked for. Raises a Report."""
    earlier = {one.name: one for one in old.lock.built} if old else {}
    same_target = old is not None and old.lock.is_for(target.python, target.platform)
    pages = pages_of_links(asked)
    elsewhere = _elsewhere(asked, routes)
    found = []
    for package in built_packages(asked):
        known = earlier.get(package.name)
        if known and not _stays(package, wishes):
            known = None
        if known and not (same_target and known.asked == BuiltPackage(package, _of_lock(known)).asked):
            known = known if known.source == _kind(package) else None
            found.append(BuiltPackage(package, _find(package, target, world, routes, pages, elsewhere, known), known))
        elif known:
            found.append(BuiltPackage(package, _of_lock(known), known))
        else:
            found.append(BuiltPackage(package, _find(package, target, world, routes, pages, elsewhere, None)))
    return tuple(found)


def _elsewhere(environment: Environment, routes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the names that the program takes from no index, and what it takes them from."""
    sources = ((one.name, one.source.kind) for one in environment.every(PythonPackage) if one.source is not None)
    return tuple(sorted((name, kind) for name, kind in sources if kind != "source" and name not in routes))


def _stays(package: PythonPackage, wishes: Wishes) -> bool:
    return package.name not in wishes.only and (not wishes.kind("packages") or package.pinned)


def _kind(package: PythonPackage) -> str:
    return package.source.kind if package.source else ""


def _find(  # one for each thing that decides which source it is
    package: PythonPackage,
    target: Target,
    world: World,
    routes: Mapping[str, str],
    pages: Collection[str],
    elsewhere: tuple[tuple[str, str], ...],
    known: LockedBuiltPackage | None,
) -> FoundPackageSource:
    source = package.source
    assert source is not None  # noqa: S101  # only packages with a source are built
    if source.kind == "folder":
        compiled = any(name_of(text) in world.library.compiling_needs() for text in source.needs)
        return FoundPackageSource(
            package.name, "0", (), source.needs, compiled, "what it needs is read from its pyproject.toml"
        )
    if source.kind == "build":
        version = exact_version(package.specifier)
        assert version is not None  # noqa: S101  # the check refuses any other
        return FoundPackageSource(package.name, version, (), (), False, _UNKNOWN)
    if world.sources is None:
        raise world_failed(
            "offline",
            "a source cannot be chosen with `--offline`",
            labels=(wrong(package.origin.of("source"), "its repository or index would be asked"),),
            helps=("lock once without `--offline`; what depends on nothing that changed stays as it is",),
        )
    index = routes.get(package.name)
    wish = PackageSourceWish(
        package,
        target,
        world.index_addresses[index] if index else None,
        known.version if known else None,
        known.commit if known and source.tag and f" tag {source.tag}" in f" {known.asked} " else None,
        index,
        index in pages,
        frozenset(_accelerated(world.library)),
        tuple(sorted(routes.items())),
        tuple(sorted((name, world.index_addresses[name]) for name in {*routes.values()})),
        tuple(pages),
        elsewhere,
    )
    return world.sources.find(wish, world.progress)


def _of_lock(known: LockedBuiltPackage) -> FoundPackageSource:
    return FoundPackageSource(
        known.name,
        known.version,
        stated(known),
        known.build,
        known.compiled,
        known.reason,
        known.file or "",
        known.sha256 or "",
        known.size or 0,
        known.commit or "",
        known.tree or "",
        known.submodules,
    )


def _accelerated(library: Library) -> set[str]:
    return {name for family in library.families() for name in (family.project, *family.companions)}


def build_needs(build: BuiltPackage, target: Target, library: Library) -> tuple[str, ...]:
    """Return what building needs on the target, sorted, without markers. Raises a Report for an address.

    What the program names counts, and what is known to be needed and not said.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    from envc.lock.markers import holds

    found = set()
    for text in (*build.found.build, *_named(build, library)):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            raise _unusable(build, f"it asks for `{text}`, which is no PEP 508 requirement") from None
        if requirement.url is not None:
            raise _unusable(build, f"it asks for `{requirement.name}` from an address")
        if requirement.marker is None or holds(str(requirement.marker), target.python, target.platform):
            requirement.marker = None
            found.add(str(requirement))
    return tuple(sorted(found))


def _named(build: BuiltPackage, library: Library) -> tuple[str, ...]:
    """Return what the program, or the library, says that a build needs. Of a folder its own file says it."""
    source = build.package.source
    if source is None or source.kind in {"folder", "build"}:
        return ()
    said = {name_of(text) for text in source.needs}
    return (*source.needs, *(text for text in library.unsaid_needs(build.package.name) if name_of(text) not in said))


def _unusable(build: BuiltPackage, why: str) -> Report:
    return Report(
        [
            Diagnostic(
                "unreadable-source",
                f"what `{build.package.name}` needs cannot be read from its source",
                (wrong(build.package.origin.of("source"), "its build system"),),
                notes=(why,),
                helps=("build a wheel of it elsewhere, and name that: `from wheel`",),
            )
        ]
    )


def shared_names(
    build: BuiltPackage,
    needs: Iterable[str],
    chosen: Mapping[str, str],
    library: Library,
    elsewhere: Collection[str] = (),
) -> tuple[str, ...]:
    """Return what the build takes from the environment itself: what `needs` names and fits, and accelerated packages.

    A build that links torch must link the torch that runs. And what the program takes from `elsewhere` than an index is
    on none: what lies there under such a name is a stranger's. `chosen` are the versions that the environment has.
    """
    named = {name_of(text) for text in _named(build, library)}
    always = _accelerated(library) | {*elsewhere}
    asked = {name_of(text) for text in needs} & chosen.keys()
    return tuple(sorted((asked & always) | ((asked & named) - unfit_names(needs, chosen))))


def unfit_names(needs: Iterable[str], chosen: Mapping[str, str]) -> set[str]:
    """Return what the environment has in a version that the build cannot use."""
    from packaging.requirements import Requirement

    return {
        name
        for text in needs
        if (name := name_of(text)) in chosen
        and not Requirement(text).specifier.contains(chosen[name], prereleases=True)
    }
