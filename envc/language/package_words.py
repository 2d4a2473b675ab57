"""What `ml` and `pip` share: a list of packages, one by one or in a block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from envc.diagnostics import Diagnostic, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.circular_builds import circular_builds
from envc.language.commit_words import commits_behind_at
from envc.language.environment import Environment
from envc.language.facets import PackageFile, PythonPackage
from envc.language.fields import Entries, Flag, Keyword
from envc.language.moving_versions import moving_versions
from envc.language.origin import Origin
from envc.language.package_builds import mistakes_of_wheel
from envc.language.package_origins import mistakes_of
from envc.language.packages import PackageEntry
from envc.language.taken import taken_before
from envc.language.values import ProgramPath
from envc.language.verbs import verbs_of
from envc.language.wheel_files import mistakes_of_file
from envc.language.word import Declaration
from envc.syntax.program import Item


class PackageList(Declaration):
    """Packages, each with a version or a range, `pinned` one by one or all together."""

    repeatable = True
    listed_behind = "packages"  # of a list that lies in the project
    accelerated: ClassVar[bool] = False

    packages: Annotated[tuple[PackageEntry, ...], Entries(PackageEntry, optional=True)] = ()
    listed: Annotated[ProgramPath | None, Keyword("from", kinds=frozenset({"string"}))] = None
    groups: Annotated[tuple[str, ...], Keyword("group", many=True)] = ()
    extras: Annotated[tuple[str, ...], Keyword("extra", many=True)] = ()
    pinned: Annotated[bool, Flag()] = False
    without: Annotated[Literal["deps"] | None, Keyword()] = None

    @classmethod
    def misread(cls, item: Item) -> list[Diagnostic]:
        """Return a mistake for a verb, a commit behind `at`, and a day or the newest in the place of a version."""
        return [*verbs_of(item), *[*commits_behind_at(item), *moving_versions(item)]]

    def facets(self, origin: Origin) -> Iterator[PythonPackage | PackageFile]:
        """Return the packages, and the list that they are read from."""
        if self.listed is not None:
            yield PackageFile(
                self.listed,
                self.groups,
                self.extras,
                constraints=False,
                pinned=self.pinned,
                accelerated=self.accelerated,
                origin=origin,
                bare=self.without is not None,
            )
        own = _by_package(origin.spans)
        for position, entry in enumerate(self.packages):
            place = f"packages.{position}"
            spans = {
                **own.get(place, {}),
                "name": origin.of(f"{place}.name"),
                "version": origin.spans.get(f"{place}.version", origin.of(place)),
            }
            yield PythonPackage(
                entry.bare_name,
                entry.extras,
                entry.version,
                entry.pinned or self.pinned,
                self.accelerated,
                Origin(origin.item, spans),
                entry.package_source,
                bare=(entry.without or self.without) is not None,
            )

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a list without packages and a package that is asked for twice."""
        if self.listed is None and (self.groups or self.extras):
            field = "groups" if self.groups else "extras"
            yield Diagnostic(
                "missing-argument",
                f"`{origin.item.word}` does not say which list has it",
                (wrong(origin.of(field), "of which list"),),
                helps=('write `from "pyproject.toml"` before it',),
            )
        elif not self.packages and self.listed is None:
            yield Diagnostic(
                "missing-argument", f"`{origin.item.word}` names no package", (wrong(origin.span, "no name follows"),)
            )
        for position, entry in enumerate(self.packages):
            yield from mistakes_of(entry, entry.bare_name, f"packages.{position}", origin)
        packages = [one for one in self.facets(origin) if isinstance(one, PythonPackage)]
        yield from circular_builds(packages, environment)
        for package in packages:
            yield from mistakes_of_wheel(package, environment)
            yield from mistakes_of_file(package)
            labels = taken_before(environment, "package", package.name, package.origin.of("name"))
            if labels:
                yield Diagnostic("repeated-package", f"the package `{package.name}` is asked for twice", labels)


def _by_package(spans: Mapping[str, Span]) -> dict[str, dict[str, Span]]:
    """Return the spans of each package's fields, by its place: `packages.3.name` is `name` of `packages.3`."""
    found: dict[str, dict[str, Span]] = {}
    for one, span in spans.items():
        kind, _, rest = one.partition(".")
        position, dot, field = rest.partition(".")
        if kind == "packages" and dot:
            found.setdefault(f"packages.{position}", {})[field] = span
    return found
