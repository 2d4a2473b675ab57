"""Has what a lock needs chosen: for environments that are locked together, on one platform."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from envc.cli import compiling, loading
from envc.diagnostics import Diagnostic
from envc.lock.wishes import Wishes

if TYPE_CHECKING:
    from envc.knowledge.library import Library
    from envc.language.environment import Environment
    from envc.lock.files import LockedFiles
    from envc.lock.resolution import Progress
    from envc.lock.world import World


class LockOptions(NamedTuple):
    """How to lock."""

    wishes: Wishes = Wishes()
    platforms: tuple[str, ...] = ()  # those of the old lock otherwise, else linux/amd64
    dry_run: bool = False
    offline: bool = False
    frozen: bool = False
    resolver: str | None = None  # the project's otherwise, else pip-tools
    secrets: tuple[tuple[str, Path], ...] = ()  # files with the passwords of indexes, by the names of the secrets


Unit = Sequence[loading.Loaded]  # environments that are locked together: one, or a group


def choose_unit(
    unit: Unit,
    platform: str,
    worlds: Sequence[World],
    olds: Sequence[LockedFiles | None],
    options: LockOptions,
) -> list[LockedFiles]:
    """Return the locks of environments on a platform. What is fresh stays."""
    from envc.cli.remote_data import lacks_remote, measure_remote_data
    from envc.lock.freshness import is_fresh
    from envc.lock.together import choose_together
    from envc.lock.wishes import refuse_unknown

    wishes = options.wishes
    environments = [loaded.environment.on(platform) for loaded in unit]
    for environment, old in zip(environments, olds, strict=True):
        refuse_unknown(wishes, environment, old)
    fresh = [
        old
        for environment, old in zip(environments, olds, strict=True)
        if old is not None
        and not wishes.any
        and is_fresh(environment, old.lock)
        and not lacks_remote(environment, old.lock)
    ]
    if len(fresh) == len(unit):
        return fresh
    own = []
    for loaded, environment, world, old in zip(unit, environments, worlds, olds, strict=True):
        measured = compiling.measure_artifacts(loaded.on(platform))
        measured |= measure_remote_data(
            environment,
            old.lock if old else None,
            world.progress,
            again=wishes.kind("data"),
            offline=options.offline,
        )
        addresses = addresses_for(environment, world.library, options)
        own.append(world._replace(artifacts=measured, index_addresses=addresses))
    return choose_together(environments, platform, own, olds, wishes)


def addresses_for(environment: Environment, library: Library, options: LockOptions) -> dict[str, str]:
    """Return the addresses of an environment's indexes, with the logins that its secrets give."""
    from envc.cli.index_secrets import logins_for
    from envc.lock.routes import program_addresses
    from envc.resolvers.indexes import index_addresses

    addresses = index_addresses(library, os.environ, program_addresses(environment))
    return logins_for(environment, dict(options.secrets)).within(addresses)


def world_of(loaded: loading.Loaded, options: LockOptions, cache: Path, progress: Progress) -> World:
    """Return what choices are made from, and say what is doubtful about the program."""
    from envc.cli.console import show
    from envc.cli.index_secrets import missing_secrets
    from envc.knowledge.library import Library
    from envc.lock.blame import at_clauses
    from envc.lock.doubts import doubts
    from envc.lock.provided import provides
    from envc.lock.python import end_of_python
    from envc.lock.world import World
    from envc.resolvers.apt import Apt, EngineFiles
    from envc.resolvers.apt.keys import key_reader
    from envc.resolvers.apt.package_files import file_reader
    from envc.resolvers.base_python import LayerReader
    from envc.resolvers.channels import channel_addresses
    from envc.resolvers.choice import make_resolver, resolver_name
    from envc.resolvers.conda import Conda
    from envc.resolvers.git import Git
    from envc.resolvers.offline import OfflineImages, OfflineResolver
    from envc.resolvers.package_sources import Sources
    from envc.resolvers.registry import Registry
    from envc.resolvers.registry.layer_files import LayerFiles
    from envc.resolvers.settings import settings_of_this_machine
    from envc.resolvers.wheels import Wheels

    library = Library()
    show([*end_of_python(loaded.environment, library), *doubts(loaded.environment, library)])
    wheels = Wheels(
        cache, lambda path: loaded.project.root / (loaded.places.of_program_path(path) or "."), offline=options.offline
    )
    if options.offline:
        return World(library, OfflineResolver(), OfflineImages(), {}, {}, progress, wheels=wheels)

    show(missing_secrets(loaded.environment, dict(options.secrets)))

    def warn(warning: Diagnostic) -> None:
        show([at_clauses(warning, loaded.environment)])

    name = resolver_name(options.resolver, loaded.project.root)
    settings = settings_of_this_machine()
    resolver = make_resolver(name, cache, settings, warn)
    registry = Registry()
    bases = LayerReader(registry, cache)
    # a base that provides packages is large, and all of it is read for them: once is enough
    system = Apt(library, cache, [LayerFiles(bases if provides(loaded.environment) else registry), EngineFiles()])
    git = Git(cache)
    return World(
        library,
        resolver,
        registry,
        {},
        {},
        progress,
        system,
        bases=bases,
        key_of=key_reader(loaded.project.root, loaded.places),
        file_of=file_reader(cache, progress),
        git=git,
        sources=Sources(cache, settings, git),
        wheels=wheels,
        conda=Conda(cache, settings, channel_addresses(library, os.environ)),
    )
