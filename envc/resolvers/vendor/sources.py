"""Sources of git repositories as tar archives: the files of the locked commit, each under its path, without times."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO

from envc.diagnostics import Span
from envc.diagnostics.diagnostic import world_failed
from envc.lock.repositories import GitFailure, GitTree, UnknownReference, git_failed, unknown_reference
from envc.lock.resolution import Progress
from envc.plan.program_parts import PlannedGitSource
from envc.plan.vendored import source_of
from envc.resolvers.git import Git
from envc.resolvers.git.resolver import LaidOut
from envc.resolvers.vendor.store import Store


def fetch_sources(
    sources: Sequence[PlannedGitSource], places: Mapping[str, Span], store: Store, git: Git, progress: Progress
) -> None:
    """Put the files of every source into the folder. `places` are those of the program. Raises a `Report`."""
    for one in sources:
        progress(f"source {one.name}")
        with git.laid_out(one.address, one.commit, progress, submodules=bool(one.submodules)) as found:
            if not isinstance(found, LaidOut):
                raise _failed(found, one, places[one.name])
            if found.tree.sha256 != one.tree:
                raise world_failed(
                    "file-not-fetched",
                    f"`source {one.name}` cannot be fetched",
                    notes=("the commit has other files than the lock says",),
                    helps=("`envc lock --only sources` asks the repository anew",),
                )
            with store.writing(source_of(one)) as file:
                _pack(found.folder, found.tree, file)


def _failed(found: UnknownReference | GitFailure, source: PlannedGitSource, place: Span) -> Exception:
    if isinstance(found, GitFailure):
        return git_failed(found, source.name, place)
    return unknown_reference(found, source.name, place)


def _pack(folder: Path, tree: GitTree, file: IO[bytes]) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for one in tree.files:
            entry = tarfile.TarInfo(one.path)
            entry.mode = int(one.mode, 8) & 0o777 or 0o777
            if one.mode == "120000":
                entry.type, entry.linkname = tarfile.SYMTYPE, str((folder / one.path).readlink())
                archive.addfile(entry, BytesIO())
                continue
            entry.size = one.size
            with (folder / one.path).open("rb") as stream:
                archive.addfile(entry, stream)
