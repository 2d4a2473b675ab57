"""Reads what will be asked for before it is: the pages of names, and the metadata of the version that is likely tried.

Nothing is chosen here. What was read is an answer that waits for its question; a guess that was wrong costs a little
time, and what fails is told to who asks for it, if anybody does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from threading import Condition, Thread
from typing import TYPE_CHECKING

from envc.language.package_names import normalised
from envc.resolvers.package_indexes.metadata import counts, requirement_of

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from envc.resolvers.package_indexes.index import Indexes
    from envc.resolvers.package_indexes.offered import Offered

#: How many threads read.
READERS = 12


class Wanted:
    """What is known of a name that will be asked for, probably."""

    def __init__(self) -> None:
        self.specifiers: set[SpecifierSet] = set()  # of all who ask for it
        self.extras: set[str] = {""}
        self.versions: list[tuple[Version, str]] | None = None  # of its page, newest first
        self.followed: tuple[str, frozenset[str]] | None = None  # version and extras whose needs were read last
        self.is_waiting = False


class Ahead:
    """Reads ahead of a resolver, in threads that end when nothing is left to read.

    `pinned` has versions by name that are tried before others, where they suit; `bounds` hold for whoever asks.
    """

    def __init__(
        self, indexes: Indexes, markers: Mapping[str, str], pinned: Mapping[str, str], bounds: Iterable[Requirement]
    ) -> None:
        self.indexes = indexes
        self.markers = markers
        self.pinned = pinned
        self.bounds: dict[str, set[SpecifierSet]] = {}
        for bound in bounds:
            self.bounds.setdefault(normalised(bound.name), set()).add(bound.specifier)
        self.wanted: dict[str, Wanted] = {}
        self.waiting: deque[str] = deque()
        self.changed = Condition()
        self.readers = 0
        self.idle = 0
        self.is_stopped = False

    def expect(self, requirements: Iterable[Requirement]) -> None:
        """Begin to read what some requirements need, if it is new."""
        with self.changed:
            for requirement in requirements:
                name = normalised(requirement.name)
                wanted = self.wanted.setdefault(name, Wanted())
                is_known = requirement.specifier in wanted.specifiers and wanted.extras.issuperset(requirement.extras)
                wanted.specifiers.add(requirement.specifier)
                wanted.extras.update(requirement.extras)
                if not (is_known or wanted.is_waiting or requirement.url or self.is_stopped):
                    wanted.is_waiting = True
                    self.waiting.append(name)
            self.changed.notify(len(self.waiting))
            new = min(READERS - self.readers, len(self.waiting) - self.idle)
            self.readers += max(0, new)
        for _ in range(new):
            Thread(target=self.read, daemon=True).start()

    def tried(self, name: str, version: str) -> None:
        """Take note that a resolver tries a version, and read on from there if another was guessed.

        Call it when the metadata of the version was asked for: then nobody is waited for here.
        """
        with self.changed:
            wanted = self.wanted.setdefault(name, Wanted())
        with suppress(Exception):  # the reply to the resolver, which waits for this, is good whatever fails here
            self.follow(name, version, wanted)

    def read(self) -> None:
        """Read until nothing is left."""
        while True:
            with self.changed:
                self.idle += 1
                while not self.waiting and self.idle < self.readers and not self.is_stopped:
                    self.changed.wait()
                if not self.waiting or self.is_stopped:
                    self.readers, self.idle = self.readers - 1, self.idle - 1
                    self.changed.notify_all()
                    return
                self.idle -= 1
                name = self.waiting.popleft()
                wanted = self.wanted[name]
                wanted.is_waiting = False
            with suppress(Exception):  # whoever asks is told
                self.look(name, wanted)

    def look(self, name: str, wanted: Wanted) -> None:
        """Read the page of a name, and the metadata of the version that is likely to be tried."""
        offered = self.indexes.offer(name)
        likely = self.likely(name, wanted, offered)
        if likely is not None and not self.is_stopped:
            self.follow(name, likely, wanted)

    def follow(self, name: str, version: str, wanted: Wanted) -> None:
        """Expect what a version asks for, unless it takes another Python than the target's."""
        with self.changed:
            extras = frozenset(wanted.extras)
            if wanted.followed == (version, extras):
                return
            wanted.followed = (version, extras)
        stated = self.indexes.needs(name, version)
        if not self.indexes.taker.takes_python(stated.requires_python):
            return
        asked = [one for one in map(requirement_of, stated.requires) if one and counts(one, self.markers, extras)]
        self.expect(self.indexes.rules.apply(name, asked).counting)

    def likely(self, name: str, wanted: Wanted, offered: Offered) -> str | None:
        """Return the newest version that suits all who ask so far; a withdrawn one or one before its release last."""
        from packaging.version import Version

        if wanted.versions is None:
            wanted.versions = sorted(((Version(text), text) for text in offered.choice), reverse=True)
        with self.changed:
            specifiers = (*wanted.specifiers, *self.bounds.get(name, ()))
            before_release = any(one.prereleases for one in specifiers)

        def suits(version: Version) -> bool:
            return all(one.contains(version, prereleases=True) for one in specifiers)

        pinned = self.pinned.get(name)
        if pinned in offered.choice and suits(Version(pinned)):
            return pinned
        fitting = ((version, text) for version, text in wanted.versions if suits(version))
        others = []
        for version, text in fitting:
            if offered.choice[text].yanked is None and (before_release or not version.is_prerelease):
                return text
            others.append((offered.choice[text].yanked is None, version, text))
        return max(others)[2] if others else None

    def stop(self) -> None:
        """Read nothing more."""
        with self.changed:
            self.is_stopped = True
            self.waiting.clear()
            self.changed.notify_all()
