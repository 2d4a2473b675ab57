"""The way in: from a package of the program to its source and what that says of itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from envc.diagnostics import Diagnostic, Report, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.exact_versions import exact_version
from envc.language.facets import PythonPackage
from envc.language.package_names import name_of, normalised
from envc.lock.lists.project_folder import BuildSystemError, build_needs
from envc.lock.package_sources import ASKING_GIT, TOLD_VERSION, FoundPackageSource, PackageSourceWish
from envc.lock.repositories import GitFailure, GitReference, UnknownReference, git_failed, unknown_reference
from envc.lock.resolution import Progress, Request, Requirement
from envc.lock.stated_metadata import missing_module
from envc.resolvers.git import Git
from envc.resolvers.git.resolver import LaidOut
from envc.resolvers.package_indexes.selection import admits
from envc.resolvers.package_indexes.session import IndexFailureError
from envc.resolvers.package_sources.archives import NoArchive, fetch_archive
from envc.resolvers.package_sources.asked import asked_of_build
from envc.resolvers.package_sources.said import (
    Said,
    UnreadableError,
    is_compiled,
    pyproject_of,
    said_by,
)
from envc.resolvers.package_sources.unpacked import unpack
from envc.resolvers.settings import Settings


class Sources:
    """Reads sources. `cache` keeps what was fetched, `settings` says how to reach indexes, `git` asks repositories."""

    def __init__(self, cache: Path, settings: Settings, git: Git) -> None:
        self.cache = cache
        self.settings = settings
        self.git = git

    def find(self, wish: PackageSourceWish, progress: Progress) -> FoundPackageSource:
        """Choose the source once, and read what it says of itself. Raises a `Report`."""
        source = wish.package.source
        assert source is not None  # noqa: S101  # only packages with a source are built
        read = self._archive if source.kind == "source" else self._repository
        with read(wish, progress) as (folder, found):
            try:
                return self._read(wish, folder, found, progress)
            except (UnreadableError, BuildSystemError) as error:
                raise _unreadable(wish, found, error) from error

    @contextmanager
    def _archive(self, wish: PackageSourceWish, progress: Progress) -> Iterator[tuple[Path, FoundPackageSource]]:
        try:
            archive = fetch_archive(wish, self.cache, self.settings, progress)
        except IndexFailureError as error:
            from envc.resolvers.pip_tools.failure import report_of

            named = ((wish.index_name, wish.address),) if wish.index_name and wish.address else ()
            request = Request(wish.target, (Requirement(wish.package.requirement, wish.index_name),), named)
            raise report_of(error.facts, request, 0.0) from error
        if isinstance(archive, NoArchive):
            raise _no_archive(wish, archive)
        found = FoundPackageSource(
            wish.package.name, archive.version, (), (), False, "", archive.file, archive.sha256, archive.size
        )
        with tempfile.TemporaryDirectory(prefix="envc-") as folder:
            try:
                place = unpack(archive.path, Path(folder))
            except UnreadableError as error:
                raise _unreadable(wish, found, error) from error
            yield place, found

    @contextmanager
    def _repository(self, wish: PackageSourceWish, progress: Progress) -> Iterator[tuple[Path, FoundPackageSource]]:
        source, origin, name = wish.package.source, wish.package.origin, wish.package.name
        assert source is not None  # noqa: S101
        commit = wish.commit or self._commit(wish.package, progress)
        with self.git.laid_out(source.address, commit, progress, submodules=True) as laid:
            if isinstance(laid, UnknownReference):
                raise unknown_reference(laid, name, origin.of("commit"))
            if isinstance(laid, GitFailure):
                raise git_failed(laid, name, origin.of("source"))
            assert isinstance(laid, LaidOut)  # noqa: S101
            folder = laid.folder / source.subdirectory
            found = FoundPackageSource(
                name,
                "0",
                (),
                (),
                False,
                "",
                commit=commit,
                tree=laid.tree.sha256,
                submodules=tuple(sorted(path for path, _, _ in laid.tree.submodules)),
            )
            if not folder.is_dir() or not any((folder / one).is_file() for one in ("pyproject.toml", "setup.py")):
                raise _unreadable(wish, found, UnreadableError("neither pyproject.toml nor setup.py lies there"))
            yield folder, found

    def _commit(self, package: PythonPackage, progress: Progress) -> str:
        """Return the commit that is meant. Raises a `Report` for a tag that is not there."""
        source, origin = package.source, package.origin
        assert source is not None  # noqa: S101
        if source.commit:
            return source.commit
        answer = self.git.commit_of(source.address, GitReference("tag", source.tag), progress)
        if isinstance(answer, UnknownReference):
            raise unknown_reference(answer, package.name, origin.of("tag"))
        if isinstance(answer, GitFailure):
            raise git_failed(answer, package.name, origin.of("source"))
        return answer

    def _read(
        self, wish: PackageSourceWish, folder: Path, found: FoundPackageSource, progress: Progress
    ) -> FoundPackageSource:
        package = wish.package
        assert package.source is not None  # noqa: S101
        build = build_needs(pyproject_of(folder))
        said = said_by(folder)
        told = None if found.file else _told_version(package, found.commit)
        if said and told and said.version is None and ASKING_GIT & {name_of(one) for one in build}:
            said = said._replace(version=told)
        if said is None or (said.version is None and not found.file):
            progress(f"asking the build of {package.name} what it needs")
            needs = tuple(one for one in package.source.needs if name_of(one) not in wish.away)
            variables = {TOLD_VERSION: told} if told else {}
            try:
                said, more = asked_of_build(folder, wish, needs, self.cache, self.settings, progress, variables)
            except UnreadableError as error:
                said, more = _stated(wish, found, error), ()
            build = (*build, *more)
        _refuse_other(wish, said, found.file and found.version)
        return found._replace(
            version=found.version if found.file else _version(said),
            requires=said.requires,
            build=tuple(dict.fromkeys(build)),
            compiled=is_compiled(folder),
            reason=f"what it needs {said.place}",
        )


def _told_version(package: PythonPackage, commit: str) -> str:
    """Return the version that a build is told which would ask git: the tag's, else one that names the commit."""
    from packaging.version import InvalidVersion, Version

    tag = package.source.tag if package.source else ""
    try:
        return str(Version(tag))
    except InvalidVersion:
        return f"0+g{commit[:12]}"


def _version(said: Said) -> str:
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(said.version or "0"))
    except InvalidVersion:
        raise UnreadableError(f"`{said.version}` is no version") from None


def _refuse_other(wish: PackageSourceWish, said: Said, version: str) -> None:
    """Refuse a source that is another package, another version, or for another Python. Raises a Report."""
    from packaging.specifiers import SpecifierSet

    package = wish.package
    place = package.origin.of("source") if package.source and package.source.kind == "git" else None
    if normalised(said.name or "") != package.name:
        message = f"the source of `{package.name}` is that of `{said.name}`"
        raise Report([_other(message, package.origin.of("name"), f"it says that it is {said.name}")])
    version = version or _version(said)
    if not SpecifierSet(package.specifier).contains(version, prereleases=True):
        message = f"the source of `{package.name}` is its version {version}"
        raise Report([_other(message, package.origin.of("version"), "asks for another")])
    if said.requires_python and not admits(said.requires_python, wish.target.python):
        raise Report(
            [
                Diagnostic(
                    "requires-python-mismatch",
                    f"{package.name} {version} does not take Python {wish.target.python}",
                    (wrong(place or package.origin.of("version"), f"asks for Python {said.requires_python}"),),
                    helps=("take another version, or another Python",),
                )
            ]
        )


def _other(message: str, place: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "source-of-another-package", message, (wrong(place, text),), helps=("write what the source says that it is",)
    )


def _no_archive(wish: PackageSourceWish, found: NoArchive) -> Report:
    package = wish.package
    asked = f"{package.name}{package.specifier}"
    notes = [f"with a source archive there are: {', '.join(found.known[:8])}"] if found.known else []
    notes += ["the index has wheels of it alone"] if found.wheels and not found.known else []
    notes += ["no index has a package of that name"] if not found.wheels else []
    return Report(
        [
            Diagnostic(
                "no-source-archive",
                f"no index has a source archive of `{asked}` for Python {wish.target.python}",
                (wrong(package.origin.of("version" if found.known and package.specifier else "name"), "not there"),),
                notes=tuple(notes),
                helps=(f"`pip {package.name}` without `from source` takes a wheel",) if found.wheels else (),
            )
        ]
    )


def _stated(wish: PackageSourceWish, found: FoundPackageSource, error: UnreadableError) -> Said:
    """Return what the program says in place of a build system that failed. Raises `UnreadableError` with what to do."""
    package = wish.package
    version = found.version if found.file else exact_version(package.specifier)
    if package.bare and version:
        return Said(package.name, version, (), None, "does not count: `without deps`, and its build system cannot say")
    missing = missing_module(package, str(error), wish.away, version)
    if missing is None:
        raise error
    raise UnreadableError(missing.note, missing.helps, missing.fixes) from error


def _unreadable(wish: PackageSourceWish, found: FoundPackageSource, why: UnreadableError | BuildSystemError) -> Report:
    package = wish.package
    which = found.file or (f"commit {found.commit[:12]}" if found.commit else "its source")
    helps, fixes = (why.helps, why.fixes) if isinstance(why, UnreadableError) else ((), ())
    return Report(
        [
            Diagnostic(
                "unreadable-source",
                f"what `{package.name}` needs cannot be read from its source",
                (wrong(package.origin.of("source"), which),),
                notes=(str(why),),
                helps=(
                    *(helps or ("name behind `needs` what its build imports and does not say",)),
                    "or build a wheel of it elsewhere, and name that: `from wheel`",
                ),
                fixes=fixes,
            )
        ]
    )
