"""What of an index page the target takes: one wheel a version, the one that pip would take."""

from __future__ import annotations

import re
from collections.abc import Iterable

from envc.language.package_names import normalised
from envc.lock.resolution import Target
from envc.resolvers.pip_tools.offer import tags_in_order
from envc.resolvers.pip_tools.specification import release
from envc.resolvers.uv.page import File


class Taker:
    """Judges files for a target. Remembers what it has judged: the tags of a large page are few and come often."""

    def __init__(self, target: Target) -> None:
        self.python = ".".join(release(target.python))
        self.ranks = {str(tag): rank for rank, tag in reversed([*enumerate(tags_in_order(target))])}
        self.known_tags: dict[str, int | None] = {}
        self.known_pythons: dict[str, bool] = {}

    def takes_python(self, requires_python: str | None) -> bool:
        """Tell whether Requires-Python admits the target; one that cannot be read admits everything, as in pip."""
        if not requires_python:
            return True
        known = self.known_pythons.get(requires_python)
        if known is None:
            known = self.known_pythons[requires_python] = admits(requires_python, self.python)
        return known

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

    def sort(self, name: str, files: Iterable[File]) -> tuple[dict[str, File], dict[str, list[File]]]:
        """Return the wheel of each version that the target takes, and all wheels of each that admit its Python.

        Versions are as the names of the wheels write them. A wheel that is not withdrawn goes before one that is; then
        the earlier tag; then the higher build number.
        """
        best: dict[str, tuple[tuple[bool, int, tuple[int, str]], File]] = {}
        admitted: dict[str, list[File]] = {}
        names: dict[str, bool] = {}
        for file in files:
            filename = file.filename
            if not filename.endswith(".whl") or not self.takes_python(file.requires_python):
                continue
            own, _, rest = filename[:-4].partition("-")
            version, _, tags = rest.partition("-")
            build = ""
            if tags.count("-") == 3 and tags[0].isdigit():
                build, _, tags = tags.partition("-")
            if own not in names:
                names[own] = normalised(own) == name
            if tags.count("-") != 2 or not names[own]:
                continue
            version = version.replace("_", "-")
            admitted.setdefault(version, []).append(file)
            rank = self.rank(tags)
            if rank is not None:
                worth = (file.yanked is None, -rank, build_number(build))
                if version not in best or worth > best[version][0]:
                    best[version] = (worth, file)
        return {version: file for version, (_, file) in best.items() if is_version(version)}, admitted


def admits(requires_python: str, python: str) -> bool:
    """Tell whether a Requires-Python admits a version of Python."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(requires_python).contains(python, prereleases=True)
    except InvalidSpecifier:
        return True


def build_number(build: str) -> tuple[int, str]:
    """Return a build number, to compare; a wheel without one comes before those with one."""
    match = re.match(r"(\d+)(.*)", build)
    return (int(match[1]), match[2]) if match else (-1, "")


def is_version(text: str) -> bool:
    """Tell whether a text is a version (PEP 440)."""
    from packaging.version import InvalidVersion, Version

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
