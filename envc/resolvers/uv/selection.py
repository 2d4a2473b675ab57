"""What of an index page the target takes: one wheel a version, the one that pip would take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from envc.lock.requirements import normalise
from envc.lock.resolution import Target
from envc.resolvers.pip_tools.offer import tags_in_order
from envc.resolvers.pip_tools.specification import release
from envc.resolvers.uv.page import File


class Wheel(NamedTuple):
    """A wheel of a page, and how well it suits: the lowest rank is the best; None is a wheel for something else."""

    file: File
    version: str  # as its name writes it
    rank: int | None


class Taker:
    """Judges files for a target. Remembers what it has judged: the tags of a large page are few and come often."""

    def __init__(self, target: Target) -> None:
        self.python = ".".join(release(target.python))
        self.ranks = {str(tag): rank for rank, tag in reversed([*enumerate(tags_in_order(target))])}
        self.known_tags: dict[str, int | None] = {}
        self.known_pythons: dict[str, bool] = {}

    def takes_python(self, requires_python: str | None) -> bool:
        """Tell whether Requires-Python admits the target; one that cannot be read admits everything, as in pip."""
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        if not requires_python:
            return True
        if requires_python not in self.known_pythons:
            try:
                admitted = SpecifierSet(requires_python).contains(self.python, prereleases=True)
            except InvalidSpecifier:
                admitted = True
            self.known_pythons[requires_python] = admitted
        return self.known_pythons[requires_python]

    def rank(self, tags: str) -> int | None:
        """Return how early the target prefers one of some tags, `py2.py3-none-any`; None when it takes none of them."""
        if tags not in self.known_tags:
            interpreters, binaries, platforms = (part.lower().split(".") for part in tags.split("-"))
            ranks = [
                self.ranks[text]
                for text in (f"{one}-{two}-{three}" for one in interpreters for two in binaries for three in platforms)
                if text in self.ranks
            ]
            self.known_tags[tags] = min(ranks, default=None)
        return self.known_tags[tags]

    def wheels(self, name: str, files: Iterable[File]) -> Iterator[Wheel]:
        """Yield the wheels of a name that admit the target's Python, for whatever platform."""
        names: dict[str, bool] = {}
        for file in files:
            parts = file.filename[:-4].split("-")
            if not file.filename.endswith(".whl") or len(parts) not in {5, 6}:
                continue
            if len(parts) == 6 and not parts[2][:1].isdigit():
                continue
            if parts[0] not in names:
                names[parts[0]] = normalise(parts[0]) == name
            if names[parts[0]] and self.takes_python(file.requires_python):
                yield Wheel(file, parts[1].replace("_", "-"), self.rank("-".join(parts[-3:])))

    def choice(self, name: str, files: Iterable[File]) -> dict[str, Wheel]:
        """Return the wheel of each version that the target takes, by version as the wheel's name writes it.

        A wheel that is not withdrawn goes before one that is; then the earlier tag; then the higher build number.
        """
        best: dict[str, tuple[tuple[bool, int, tuple[int, str]], Wheel]] = {}
        for wheel in self.wheels(name, files):
            if wheel.rank is None:
                continue
            worth = (wheel.file.yanked is None, -wheel.rank, build_of(wheel.file.filename))
            if wheel.version not in best or worth > best[wheel.version][0]:
                best[wheel.version] = (worth, wheel)
        return {version: wheel for version, (_, wheel) in best.items() if is_version(version)}


def build_of(filename: str) -> tuple[int, str]:
    """Return the build number of a wheel, to compare; a wheel without one comes before those with one."""
    parts = filename.split("-")
    match = re.match(r"(\d+)(.*)", parts[2]) if len(parts) == 6 else None
    return (int(match[1]), match[2]) if match else (-1, "")


def is_version(text: str) -> bool:
    """Tell whether a text is a version (PEP 440)."""
    from packaging.version import InvalidVersion, Version

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
