"""What a wheel says of itself, and whether the target takes it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from posixpath import basename
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.values import minor
from envc.language.facets import PythonPackage
from envc.language.package_names import normalised
from envc.lock.resolution import Progress, Target
from envc.lock.wheels import FoundWheel
from envc.resolvers.kept_files import digest_of
from envc.resolvers.package_indexes.metadata import headers_of, metadata_in, read_metadata
from envc.resolvers.package_indexes.selection import Taker
from envc.resolvers.pip_tools.answer import WHEEL
from envc.resolvers.wheels.fetching import fetched

#: Bytes; the largest known has a tenth of it.
_LARGEST_METADATA = 32 * 2**20


class Wheels:
    """The wheels of a project.

    `cache` is a folder for those that are fetched, `place` says where a path of the program lies.
    """

    def __init__(self, cache: Path, place: Callable[[str], Path], *, offline: bool = False) -> None:
        self.cache = cache
        self.place = place
        self.offline = offline

    def read(self, package: PythonPackage, target: Target, progress: Progress) -> FoundWheel:
        """Read the wheel that a package says that it comes from, and see that the target takes it. Raises a Report."""
        source = package.source
        assert source is not None  # noqa: S101  # only packages with a source come here
        file = basename(source.address if source.is_local else unquote(urlsplit(source.address).path))
        version = _named(package, file)
        _refuse_target(package, file, target)
        progress(file)
        if source.is_local:
            path = self.place(source.address)
        else:
            path = fetched(package, self.cache / "wheels", progress, offline=self.offline)
        stated = _stated(package, file, path, version, target)
        return FoundWheel(version, file, digest_of(path), path.stat().st_size, stated)


def _named(package: PythonPackage, file: str) -> str:
    """Return the version that a wheel's name says. Raises a Report for a name that is none, or of another package."""
    from packaging.specifiers import SpecifierSet
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        name, version, _, _ = parse_wheel_filename(file)
    except InvalidWheelFilename:
        _unreadable(package, f"`{file}` is not named as a wheel is: name-version-python-abi-platform.whl")
    if not WHEEL.fullmatch(file):
        _unreadable(package, f"`{file}` has letters that no wheel's name has")
    if name != package.name:
        message = f"the wheel of `{package.name}` is that of `{name}`"
        raise Report([_other(message, package, "name", f"its file is called {file}")])
    if not SpecifierSet(package.specifier).contains(version, prereleases=True):
        message = f"the wheel of `{package.name}` is its version {version}"
        raise Report([_other(message, package, "version", "asks for another")])
    return str(version)


def _other(message: str, package: PythonPackage, part: str, text: str) -> Diagnostic:
    helps = ("write what the wheel says that it is",)
    return Diagnostic("source-of-another-package", message, (wrong(package.origin.of(part), text),), helps=helps)


def _refuse_target(package: PythonPackage, file: str, target: Target) -> None:
    tags = "-".join(file.removesuffix(".whl").split("-")[-3:])
    if Taker(target).rank(tags) is None:
        glibc = ".".join(map(str, target.glibc))
        raise Report(
            [
                Diagnostic(
                    "wheel-for-another-target",
                    f"the wheel of `{package.name}` is not for Python {minor(target.python)} on {target.platform}",
                    (wrong(package.origin.of("source"), f"for {tags}"),),
                    notes=(f"the image has Python {target.python} and glibc {glibc}",),
                    helps=(
                        "name the wheel for this Python and platform",
                        "behind `on linux/arm64` another platform has its own",
                    ),
                )
            ]
        )


def _stated(package: PythonPackage, file: str, path: Path, version: str, target: Target) -> tuple[str, ...]:
    """Return what a wheel asks for. Raises a Report for what is none, and for one of another Python."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.version import InvalidVersion, Version

    try:
        with zipfile.ZipFile(path) as wheel:
            place = wheel.getinfo(metadata_in(wheel.namelist(), file))
            if place.file_size > _LARGEST_METADATA:
                _unreadable(package, "its METADATA is larger than any is")
            content = wheel.read(place)
        said = dict(line.split(": ", 1) for line in headers_of(content).decode().splitlines() if ": " in line)
        if (normalised(said["Name"]), Version(said["Version"])) != (package.name, Version(version)):
            _unreadable(package, f"its METADATA is that of {said['Name']} {said['Version']}")
        metadata = read_metadata(content)
        for text in metadata.requires:
            Requirement(text)
    except (zipfile.BadZipFile, zlib.error, LookupError, NotImplementedError, EOFError, RuntimeError):
        _unreadable(package, "it is no archive with the METADATA of a wheel")
    except (UnicodeDecodeError, InvalidVersion, InvalidRequirement, ValueError):
        _unreadable(package, "its METADATA cannot be understood")
    if metadata.requires_python and not Taker(target).takes_python(metadata.requires_python):
        raise Report(
            [
                Diagnostic(
                    "requires-python-mismatch",
                    f"{package.name} {version} does not take Python {target.python}",
                    (wrong(package.origin.of("source"), f"asks for Python {metadata.requires_python}"),),
                    helps=("take another version, or another Python",),
                )
            ]
        )
    return metadata.requires


def _unreadable(package: PythonPackage, why: str) -> NoReturn:
    raise Report(
        [
            Diagnostic(
                "unreadable-wheel",
                f"what is named as the wheel of `{package.name}` is none",
                (wrong(package.origin.of("source"), "read for its metadata"),),
                notes=(why,),
                helps=("download it anew, or build it anew: `pip wheel --no-deps`",),
            )
        ]
    )
