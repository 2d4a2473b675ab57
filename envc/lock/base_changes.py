"""What changed within a base image between two of its digests: its Python, its system, its packages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from envc.diagnostics import Report
from envc.lock.model import LockedImage

#: What an image's files say about it. A folder, with its slash, is where images without dpkg itself keep the status.
FILES = (
    "/etc/os-release",
    "/etc/debian_version",
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/status.d/",
)
_MOST = 20


@runtime_checkable
class ImageContents(Protocol):
    """Knows what lies in images. Raises a `Report` when it is not to be found out."""

    def files_of(self, repository: str, digest: str, platform: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the files at some paths; a path with a slash at its end means every file below it."""
        ...

    def variables_of(self, repository: str, digest: str, platform: str) -> dict[str, str]:
        """Return the environment variables that an image sets."""
        ...


def base_changes(old: LockedImage, new: LockedImage, contents: ImageContents, platform: str) -> list[str]:
    """Return what changed between two images, a line each: what `envc lock --only base` prints.

    An image that cannot be looked into any more is said to be so in a line: the lock does not depend on it.
    """
    if old.digest == new.digest:
        return []
    sides = []
    for image in (old, new):
        try:
            files = contents.files_of(image.repository, image.digest, platform, FILES)
            variables = contents.variables_of(image.repository, image.digest, platform)
        except Report as report:
            missing = f"{image.repository}:{image.tag}@{image.digest[:19]}…"
            return [
                *what_moved(old, new, {}, {}),
                f"what is in {missing} is not known: {report.diagnostics[0].message}",
            ]
        sides.append((files, variables))
    (old_files, old_variables), (new_files, new_variables) = sides
    return what_moved(old, new, old_files, new_files, old_variables, new_variables)


def what_moved(
    old: LockedImage,
    new: LockedImage,
    old_files: Mapping[str, bytes],
    new_files: Mapping[str, bytes],
    old_variables: Mapping[str, str] | None = None,
    new_variables: Mapping[str, str] | None = None,
) -> list[str]:
    """Return what differs between two images, a line each: 20 packages at most, and the count of the rest."""
    lines = []
    before, after = f"{old.repository}:{old.tag}", f"{new.repository}:{new.tag}"
    if before != after:
        lines.append(f"image {before} → {after}")
    pythons = [(variables or {}).get("PYTHON_VERSION") for variables in (old_variables, new_variables)]
    lines += _moved("Python", *pythons)
    lines += _moved("system", system_of(old_files), system_of(new_files))
    packages = _packages_moved(packages_of(old_files), packages_of(new_files))
    lines += packages[:_MOST]
    if len(packages) > _MOST:
        lines.append(f"and {len(packages) - _MOST} more packages of the system")
    if not lines and old.digest != new.digest:
        lines.append("other bytes, with the same Python, system and packages")
    return lines


def _moved(name: str, before: str | None, after: str | None) -> list[str]:
    if before == after or before is None or after is None:
        return []
    return [f"{name} {before} → {after}"]


def _packages_moved(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    if not before or not after:
        return []
    lines = []
    for name in sorted({*before, *after}):
        if name not in after:
            lines.append(f"- {name} {before[name]}")
        elif name not in before:
            lines.append(f"+ {name} {after[name]}")
        elif before[name] != after[name]:
            lines.append(f"~ {name} {before[name]} → {after[name]}")
    return lines


def system_of(files: Mapping[str, bytes]) -> str | None:
    """Return the distribution with its point release, `Debian GNU/Linux 12.12 (bookworm)`, where the files say it."""
    named = re.search(r'^PRETTY_NAME="?([^"\n]*)"?$', _text(files, "/etc/os-release"), re.MULTILINE)
    if named is None:
        return None
    point = _text(files, "/etc/debian_version").strip()
    # Debian's os-release of before 13 does not say the point release; Ubuntu's debian_version, `bookworm/sid`, neither.
    if re.fullmatch(r"[0-9]+\.[0-9]+", point) and point not in named[1]:
        return re.sub(rf"\b{point.split('.')[0]}\b", point, named[1], count=1)
    return named[1]


def packages_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the version of every package of dpkg's that is installed."""
    found = {}
    for path in files:
        if path.startswith("/var/lib/dpkg/status") and not path.endswith(".md5sums"):
            for paragraph in re.split(r"\n\s*\n", _text(files, path)):
                fields = dict(re.findall(r"^(Package|Version|Status): *(.*)$", paragraph, re.MULTILINE))
                state = fields.get("Status", "install ok installed").split()
                if {"Package", "Version"} <= fields.keys() and state[-1:] == ["installed"]:
                    found[fields["Package"]] = fields["Version"]
    return found


def _text(files: Mapping[str, bytes], path: str) -> str:
    return files.get(path, b"").decode("utf-8", "replace")
