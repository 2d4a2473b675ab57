"""What of an index page the target takes: one wheel a version, the one that pip would take."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from envc.language.package_names import normalised
from envc.lock.resolution import Target
from envc.resolvers.package_indexes.page import File, Row, file_of, filename_of
from envc.resolvers.python_target import release, tags_in_order

#: The end of a wheel's name, and how many tags it has.
WHEEL, TAGS = ".whl", 3


#: What compares as the build number of a wheel without one: it comes before those with one.
NO_BUILD = (-1, "")


class Judged(NamedTuple):
    """What the end of a wheel's name says."""

    rank: int | None  # how early the target prefers one of its tags; None when it takes none of them
    build: tuple[int, str]


class Sorted(NamedTuple):
    """What of a page the target takes, by version as the names of the wheels write it."""

    choice: dict[str, File]  # the wheel
    stated: dict[str, list[str]]  # the sha256 of all wheels that admit the target's Python, where the page states it
    silent: dict[str, list[str]]  # the addresses of the others of these, as the page writes them


class Taker:
    """Judges files for a target. Remembers what it has judged: the tags of a large page are few and come often."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.python = ".".join(release(target.python))
        self.ranks = {str(tag): rank for rank, tag in reversed([*enumerate(tags_in_order(target))])}
        self.known_ends: dict[str, Judged | None] = {}
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
        interpreters, binaries, platforms = (part.lower().split(".") for part in tags.split("-"))
        texts = (f"{one}-{two}-{three}" for one in interpreters for two in binaries for three in platforms)
        return min((self.ranks[text] for text in texts if text in self.ranks), default=None)

    def sort(self, name: str, rows: Iterable[Row]) -> Sorted:
        """Return what of the files of a page the target takes.

        A wheel that is not withdrawn goes before one that is; then the earlier tag; then the higher build number.
        """
        fitting: dict[str, list[tuple[tuple[bool, int, tuple[int, str]], Row]]] = defaultdict(list)
        stated: dict[str, list[str]] = defaultdict(list)
        silent: dict[str, list[str]] = defaultdict(list)
        names: dict[str, bool] = {}
        ends, pythons = self.known_ends, self.known_pythons
        for row in rows:
            url, digest, needs = row["url"], row["hashes"].get("sha256"), row.get("requires-python")
            # most addresses need no decoding, and this is done for each file of a page
            name_of_file = filename_of(url) if "%" in url or "#" in url or "?" in url else url[url.rfind("/") + 1 :]
            own, version, end = (*name_of_file.split("-", 2), "", "")[:3]
            if end not in ends:
                ends[end] = self.judge(end)
            judged = ends[end]
            if judged is None or (needs and not (pythons.get(needs) or self.takes_python(str(needs)))):
                continue
            if own not in names:
                names[own] = normalised(own) == name
            if not names[own]:
                continue
            if "_" in version:
                version = version.replace("_", "-")
            (stated if digest else silent)[version].append(digest or url)
            if judged.rank is not None:
                fitting[version].append(((not row.get("yanked"), -judged.rank, judged.build), row))
        choice = {
            version: file_of(max(found, key=itemgetter(0))[1])  # of equal ones the first
            for version, found in fitting.items()
            if is_version(version)
        }
        return Sorted(choice, dict(stated), dict(silent))

    def judge(self, end: str) -> Judged | None:
        """Return what the end of a wheel's name says, `1-py3-none-any.whl`; None when it is no such end."""
        tags, build = end[: -len(WHEEL)], NO_BUILD
        if tags.count("-") == TAGS and tags[0].isdigit():
            first, _, tags = tags.partition("-")
            build = build_number(first)
        return Judged(self.rank(tags), build) if end.endswith(WHEEL) and tags.count("-") == TAGS - 1 else None


def admits(requires_python: str, python: str) -> bool:
    """Tell whether a Requires-Python admits a version of Python."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(requires_python).contains(python, prereleases=True)
    except InvalidSpecifier:
        return True


def build_number(build: str) -> tuple[int, str]:
    """Return a build number, to compare."""
    match = re.match(r"(\d+)(.*)", build)
    return (int(match[1]), match[2]) if match else NO_BUILD


#: How most versions are written; whatever else is one, packaging says.
ORDINARY = re.compile(r"[0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc|\.post|\.dev)[0-9]+)?")


def is_version(text: str) -> bool:
    """Tell whether a text is a version (PEP 440)."""
    if ORDINARY.fullmatch(text):
        return True
    from packaging.version import InvalidVersion, Version

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
