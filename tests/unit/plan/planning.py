"""Plans a program without the world: its lock is chosen in memory, its files are given by a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from envc.lock.artifacts import MeasuredArtifact
from envc.lock.files import LockedFiles
from envc.lock.source_tree import SourceFile, SourceTree
from envc.plan.places import places_of
from envc.plan.plan import Plan
from envc.plan.planner import make_plan
from tests.unit.lock.repositories import Repositories, commit
from tests.unit.lock.world import LIBRARY, PLATFORM, Packages, choose, environment, world

EMPTY = SourceTree(frozenset(), ())


def tree(files: Mapping[str, str], folders: Iterable[str] = ()) -> SourceTree:
    found = (
        SourceFile(path, False, sha256(text.encode()).hexdigest(), len(text)) for path, text in sorted(files.items())
    )
    return SourceTree(frozenset(folders), tuple(found))


def locked(text: str, measured: Mapping[str, MeasuredArtifact] | None = None) -> LockedFiles:
    packages = Packages({"torch": ["2.7.1"], "numpy": ["1.26.4", "2.2.1"], "pandas": ["3.0.1"]})
    git = Repositories({name: commit(name) for name in ("v1", "v2")})
    return choose(environment(text), PLATFORM, world(packages, artifacts=measured)._replace(git=git))


def plan(
    text: str,
    sources: SourceTree = EMPTY,
    program: str = "train.env",
    arguments: Mapping[str, str] | None = None,
    measured: Mapping[str, MeasuredArtifact] | None = None,
) -> Plan:
    asked = environment(text)
    lock = locked(text, measured)
    addresses = {one.name: one.address for one in LIBRARY.indexes}
    return make_plan(asked, lock, sources, places_of(program, asked.name), addresses, arguments)
