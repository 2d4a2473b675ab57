"""Chooses the commit of every source: once, and the files of that commit with it."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import world_failed, wrong
from envc.language.environment import Environment
from envc.language.outside_facets import GitSource
from envc.lock.model import Lock, LockedGitSource
from envc.lock.needs import inputs_of, needs_of
from envc.lock.repositories import (
    GitFailure,
    GitReference,
    GitResolver,
    GitTree,
    UnknownReference,
    git_failed,
    unknown_reference,
)
from envc.lock.resolution import Progress
from envc.lock.world import World


def lock_git_sources(
    environment: Environment, world: World, old: Lock | None, *, again: bool
) -> tuple[LockedGitSource, ...]:
    """Return every source, sorted by name. Those of an older lock stay while the program says the same of them.

    With `again` tags are asked for anew: where one was moved, the lock moves. Raises a Report.
    """
    asked = inputs_of(needs_of(environment)).get("sources", {})
    before = old.inputs.get("sources", {}) if old else {}
    kept = {one.name: one for one in old.sources if before.get(one.name) == asked.get(one.name)} if old else {}
    locked = []
    for facet in sorted(environment.every(GitSource), key=lambda facet: facet.name):
        known = kept.get(facet.name)
        if known and not (again and facet.kind == "tag" and world.git):
            locked.append(known)
        elif world.git is None:
            raise _offline(facet)
        else:
            locked.append(_locked(facet, world.git, world.progress))
    return tuple(locked)


def source_doubts(environment: Environment, lock: Lock) -> Iterator[Diagnostic]:
    """Yield a warning for each source some of whose files are not in its repository."""
    places = {facet.name: facet.origin.of("repository") for facet in environment.every(GitSource)}
    for one in lock.sources:
        if one.pointers:
            yield Diagnostic(
                "git-lfs-pointers",
                f"{one.pointers} of the {one.files} files of `{one.name}` only say where Git LFS has the bytes",
                (wrong(places[one.name], "its host keeps them beside the repository"),),
                helps=("where they are needed, `data` or `weights` takes them from an address, with a checksum",),
                severity="warning",
            )


def _locked(facet: GitSource, git: GitResolver, progress: Progress) -> LockedGitSource:
    def say(text: str) -> None:
        progress(f"{facet.name}: {text}")

    commit = git.commit_of(facet.address, GitReference(facet.kind, facet.reference), say)
    if not isinstance(commit, str):
        raise _failed(facet, commit)
    tree = git.tree_of(facet.address, commit, say, submodules=facet.submodules)
    if not isinstance(tree, GitTree):
        raise _failed(facet, tree)
    return LockedGitSource(
        name=facet.name,
        commit=tree.commit,
        tree=tree.sha256,
        files=len(tree.files),
        size=tree.size,
        submodules={path: inner for path, _, inner in tree.submodules},
        left_out=tree.left_out,
        pointers=sum(file.pointer for file in tree.files),
    )


def _failed(facet: GitSource, found: UnknownReference | GitFailure) -> Report:
    if isinstance(found, GitFailure):
        return git_failed(found, facet.name, facet.origin.of("repository"))
    return unknown_reference(found, facet.name, facet.origin.of(facet.kind))


def _offline(facet: GitSource) -> Report:
    return world_failed(
        "offline",
        f"the commit of `{facet.name}` cannot be chosen with `--offline`",
        labels=(wrong(facet.origin.of(facet.kind)),),
        helps=("lock once without `--offline`; what depends on nothing that changed stays as it is",),
    )
