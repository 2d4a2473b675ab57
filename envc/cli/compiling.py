"""From a program that was read, and its lock, to what is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from envc import compile as pipeline
from envc.language.environment import Environment

if TYPE_CHECKING:
    from envc.lock.artifacts import MeasuredArtifact
    from envc.lock.files import LockedFiles

from envc.cli.loading import Loaded


def compile_loaded(loaded: Loaded, locked: LockedFiles, arguments: Mapping[str, str]) -> pipeline.Compiled:
    """Read what the image copies and compile. Raises a Report."""
    from envc.language.facets import Artifact
    from envc.lock.artifacts import check_artifacts
    from envc.plan.wanted import copied_paths, ignored_patterns
    from envc.sources.tree import read_tree

    loaded = loaded.on(locked.lock.platform)
    environment, places = loaded.environment, loaded.places
    ignored = ignored_patterns(environment, places)
    wanted = copied_paths(environment, places)
    sources = read_tree(loaded.project.root, wanted, ignored)
    if loaded.memory:
        loaded.memory.read_tree(loaded.project.root, wanted, ignored, sources)
    copied = {facet.name for facet in environment.every(Artifact) if facet.delivery == "copied"}
    check_artifacts(environment, locked.lock, measure_artifacts(loaded, copied))
    addresses = index_addresses(locked, environment)
    return pipeline.compile_environment(environment, locked, sources, places, addresses, arguments)


def measure_artifacts(loaded: Loaded, names: set[str] | None = None) -> dict[str, MeasuredArtifact]:
    """Read local data and weights, all or those named, and measure them. Raises a Report when one is missing."""
    from envc.lock.artifacts import measure
    from envc.plan.wanted import local_artifacts
    from envc.sources.tree import read_tree

    wanted = local_artifacts(loaded.environment, loaded.places)
    measured = {}
    for name, one in wanted.items():
        if names is None or name in names:
            tree = read_tree(loaded.project.root, [one])
            measured[name] = measure(tree, one.source)
            if loaded.memory:
                loaded.memory.read_tree(loaded.project.root, [one], (), tree)
    return measured


def index_addresses(locked: LockedFiles, environment: Environment) -> dict[str, str]:
    """Return the public addresses of a lock's named indexes and channels, and of the snapshots that it was made from.

    The program's own addresses come first, then those that envc knows.
    """
    names = locked.lock.named_indexes
    snapshots = any(one.snapshot for one in locked.lock.distributions)
    conda = bool(locked.lock.conda)
    if not names and not snapshots and not conda:
        return {}
    from envc.knowledge.library import Library
    from envc.lock.routes import program_addresses

    library = Library()
    own = program_addresses(environment)
    found = {name: address for name in names if (address := own.get(name) or library.index_address(name))}
    if snapshots:
        from envc.plan.apt import snapshots_name

        found |= {snapshots_name(name): address for name, address in library.snapshot_addresses().items()}
    if conda:
        from envc.plan.conda import channel_name

        found |= {channel_name(one.name): one.address for one in library.channels}
    return found
