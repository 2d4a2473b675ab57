"""What an index has of one package, and why none of it may suit the target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from envc.diagnostics.diagnostic import Diagnostic
from envc.lock.resolution import Request, Target
from envc.resolvers.python_target import MACHINES, release, tags_of
from envc.resolvers.words import plain

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.version import Version

#: How the makers of wheels call the machines, and how Docker does.
DOCKER_NAMES = {machine: platform for platform, (machine, _) in MACHINES.items()}


class File(NamedTuple):
    """One file that an index page names."""

    version: Version
    tags: frozenset[Tag]  # empty for a source archive
    requires_python: str | None
    yanked: bool


class Uploads(NamedTuple):
    """All files that were uploaded of one package."""

    name: str
    files: tuple[File, ...]

    @classmethod
    def of(cls, name: str, rows: Iterable[Sequence[Any]]) -> Uploads:
        """Read rows of file name, Requires-Python and yanked state; other files are left out."""
        return cls(name, tuple(filter(None, (read_file(*row) for row in rows))))


def read_file(filename: str, requires_python: str | None, yanked: bool) -> File | None:
    """Return what the name of a file says, or None for what is neither a wheel nor a source archive."""
    from packaging.utils import parse_sdist_filename, parse_wheel_filename

    try:
        if filename.endswith(".whl"):
            _, version, _, tags = parse_wheel_filename(filename)
            return File(version, tags, requires_python, yanked)
        return File(parse_sdist_filename(filename)[1], frozenset(), requires_python, yanked)
    except ValueError:
        return None


def why_nothing_fits(uploads: Uploads, specifier: str, asker: str, request: Request) -> Diagnostic | None:
    """Return why no file of some uploads suits one requirement on the target, or None when one does."""
    from packaging.specifiers import SpecifierSet

    notes = (f"{asker} asks for it",)
    name = plain(uploads.name)
    wanted = f"{name}{specifier}"
    if not uploads.files:
        return unknown_package(uploads.name, notes, request)
    fitting = [file for file in uploads.files if SpecifierSet(specifier).contains(file.version, prereleases=True)]
    if not fitting:
        return unknown_version(uploads, wanted, notes)
    newest = max(file.version for file in fitting)
    allowed = [file for file in fitting if takes_python(file, request.target)]
    if not allowed:
        needs = next(file.requires_python for file in fitting if file.version == newest)
        return Diagnostic(
            "requires-python-mismatch",
            f"`{wanted}` does not take Python {request.target.python}",
            notes=(f"{name} {newest} needs Python {plain(needs or '')}", *notes),
            helps=(f"take another version of {name} or of Python",),
        )
    tags = tags_of(request.target)
    runnable = [file for file in allowed if file.tags & tags]
    if not runnable:
        return no_wheel(uploads, wanted, allowed, notes, request.target)
    if all(file.yanked for file in runnable):
        return Diagnostic(
            "unknown-version",
            f"every version of `{wanted}` was withdrawn by its makers",
            notes=notes,
            helps=("allow another version; a withdrawn one is taken only where `==` names it",),
        )
    return None


def why_lost(
    uploads: Uploads, version: str, target: Target
) -> Literal["gone", "other-python", "no-wheel", "yanked"] | None:
    """Return why one version of a package cannot be taken on the target, or None when it can."""
    from packaging.version import Version

    tags = tags_of(target)
    files = [file for file in uploads.files if file.version == Version(version)]
    if not files:
        return "gone"
    allowed = [file for file in files if takes_python(file, target)]
    if not allowed:
        return "other-python"
    runnable = [file for file in allowed if file.tags & tags]
    if not runnable:
        return "no-wheel"
    return "yanked" if all(file.yanked for file in runnable) else None


def takes_python(file: File, target: Target) -> bool:
    """Tell whether a file's Requires-Python admits the target; one that cannot be read admits everything, as in pip."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(file.requires_python or "").contains(".".join(release(target.python)), prereleases=True)
    except InvalidSpecifier:
        return True


def unknown_package(name: str, notes: tuple[str, ...], request: Request) -> Diagnostic:
    """Return the diagnostic of a name that its index does not have."""
    from envc.resolvers.pip_tools.answer import indexes_of

    index = indexes_of(request).get(name)
    return Diagnostic(
        "unknown-package",
        f"index `{index}` has no package `{plain(name)}`" if index else f"no index has a package `{plain(name)}`",
        notes=notes,
        helps=("check the spelling: the name to install may differ from the one to import",),
    )


def unknown_version(uploads: Uploads, wanted: str, notes: tuple[str, ...]) -> Diagnostic:
    """Return the diagnostic of versions that do not exist, with those that come nearest in time."""
    versions = sorted({file.version for file in uploads.files})
    newest = ", ".join(map(str, versions[:-4:-1]))
    return Diagnostic(
        "unknown-version",
        f"there is no version `{wanted}`",
        notes=(f"the newest of {len(versions)}: {newest}", *notes),
        helps=(f"ask for a version of {plain(uploads.name)} that there is",),
    )


def no_wheel(
    uploads: Uploads, wanted: str, files: Sequence[File], notes: tuple[str, ...], target: Target
) -> Diagnostic:
    """Return the diagnostic of versions without a wheel for the target, saying for what there is one."""
    name = uploads.name
    newest = max(file.version for file in files)
    tags = frozenset().union(*(file.tags for file in files if file.version == newest))
    have = f"{plain(name)} {newest} has"
    facts = [f"{have} wheels for {what}" for what in wheels_for(tags, target)]
    if not tags:
        facts = [f"{have} only a source archive, which would have to be built"]
    return Diagnostic(
        "no-wheel-for-target",
        f"`{wanted}` has no wheel for Python {target.python} on {target.platform}"
        f" with glibc {target.glibc[0]}.{target.glibc[1]}",
        notes=(*facts, version_with_wheel(uploads, target), *notes),
        helps=(f"take another version of {plain(name)}, of Python or of the base image",),
    )


def version_with_wheel(uploads: Uploads, target: Target) -> str:
    """Return which version of a package has a wheel for the target: the newest that is no pre-release, if any is."""
    tags = tags_of(target)
    fitting = {
        file.version for file in uploads.files if file.tags & tags and takes_python(file, target) and not file.yanked
    }
    finished = {version for version in fitting if not version.is_prerelease}
    if not fitting:
        return f"no version of {plain(uploads.name)} has a wheel for this target"
    return f"the newest version with a wheel for this target: {max(finished or fitting)}"


def wheels_for(tags: frozenset[Tag], target: Target) -> list[str]:
    """Return what the wheels of one version are for, as near to the target as they come.

    On its platform for other Pythons, for its Python on other platforms; when neither, every Python and platform.
    """
    taken = tags_of(target)
    platforms = {tag.platform for tag in taken}
    binaries = {(tag.interpreter, tag.abi) for tag in taken}
    here = [tag for tag in tags if tag.platform in platforms]
    suited = [tag for tag in tags if (tag.interpreter, tag.abi) in binaries]
    found = []
    if here:
        found.append(f"{target.platform} with {', '.join(pythons_of(here))}")
    if suited:
        found.append(f"Python {'.'.join(release(target.python)[:2])} on {', '.join(places_of(suited))}")
    if tags and not found:
        found.append(f"{', '.join(pythons_of(tags))} on {', '.join(places_of(tags))}")
    return found


def pythons_of(tags: Iterable[Tag]) -> list[str]:
    """Return the Pythons of some tags in the order of their age, `Python 3.10`, `Python 3.9 and later`."""
    makers = {"cp": "Python", "pp": "PyPy", "py": "any Python"}
    found: set[tuple[str, int, int, str]] = set()
    for tag in tags:
        if match := re.fullmatch(r"(cp|pp|py)(\d)(\d*)", tag.interpreter):
            version = ".".join(filter(None, match.group(2, 3)))
            later = " and later" if tag.abi == "abi3" else ""
            free = " without the GIL" if match[1] == "cp" and tag.abi.endswith("t") else ""
            text = f"{makers[match[1]]} {version}{later}{free}"
            found.add((match[1], int(match[2]), int(match[3] or 0), text))
        else:
            found.add(("other", 0, 0, plain(tag.interpreter)))
    return [text for *_, text in sorted(found)]


def places_of(tags: Iterable[Tag]) -> list[str]:
    """Return the platforms of some tags, sorted; of several C libraries for one machine, the oldest."""
    oldest: dict[str, tuple[int, str]] = {}
    for tag in tags:
        text = place_of(tag.platform)
        machine, _, library = text.partition(" with ")
        key = f"{machine} {library.partition(' ')[0]}"
        age = int(library.rpartition(".")[2] or 0)
        oldest[key] = min(oldest.get(key, (age, text)), (age, text))
    return sorted(text for _, text in oldest.values())


def place_of(platform: str) -> str:
    """Return a wheel's platform as people call it: `manylinux_2_28_x86_64` is `linux/amd64 with glibc 2.28`."""
    legacy = {"manylinux2014": "2_17", "manylinux2010": "2_12", "manylinux1": "2_5"}
    for old, new in legacy.items():
        platform = re.sub(rf"^{old}_", f"manylinux_{new}_", platform)
    if match := re.fullmatch(r"(manylinux|musllinux)_(\d+)_(\d+)_(\w+)", platform):
        library = {"manylinux": "glibc", "musllinux": "musl"}[match[1]]
        return f"{DOCKER_NAMES.get(match[4], 'linux/' + match[4])} with {library} {match[2]}.{match[3]}"
    if match := re.fullmatch(r"linux_(\w+)", platform):
        return DOCKER_NAMES.get(match[1], f"linux/{match[1]}")
    if platform.startswith("macosx_"):
        return "macOS"
    return {"any": "any platform"}.get(platform, "Windows" if platform.startswith("win") else plain(platform))
