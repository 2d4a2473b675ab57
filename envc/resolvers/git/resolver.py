"""The way in: which commit a name is, and what files a commit has."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from posixpath import normpath
from shutil import which
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from envc.lock.repositories import SCHEMES, GitFailure, GitReference, GitTree, ReferenceKind, UnknownReference
from envc.lock.resolution import Progress
from envc.resolvers.git.checkout import files_in, lay_out, submodules_of
from envc.resolvers.git.command import run, variables_of
from envc.resolvers.git.failures import failure_of
from envc.resolvers.git.store import COMMIT, Store

_NO_GIT = GitFailure("no-git", "", "")
_FOLDERS: tuple[tuple[ReferenceKind, str], ...] = (("tag", "refs/tags/"), ("branch", "refs/heads/"))
#: Submodules in submodules: deeper is a mistake, or malice.
_DEEPEST = 8


class LaidOut(NamedTuple):
    """The files of a commit in a folder."""

    folder: Path
    tree: GitTree


class Git:
    """Asks repositories with the machine's git. `cache` is a folder for what was fetched."""

    def __init__(self, cache: Path, environ: Mapping[str, str] | None = None) -> None:
        self._cache = cache
        self._environ = dict(os.environ if environ is None else environ)

    def commit_of(
        self, address: str, reference: GitReference, progress: Progress
    ) -> str | UnknownReference | GitFailure:
        """Return the commit that a tag or branch is now: all its digits. A commit is itself, and nobody is asked."""
        if reference.kind == "commit":
            return reference.name if COMMIT.fullmatch(reference.name) else UnknownReference(reference)
        if (refused := self._without_access(address)) is not None:
            return refused
        progress(f"asking for {reference.text}")
        with tempfile.TemporaryDirectory(prefix="envc-git-") as nowhere:
            words = ("ls-remote", "--quiet", "--heads", "--tags", "--", address)
            done = run(words, variables_of(self._environ), nowhere)
        if done.code:
            return failure_of(done.err, address)
        lines = (line.split("\t", 1) for line in done.out.decode(errors="replace").splitlines() if "\t" in line)
        names = {name: commit for commit, name in lines}
        if not names:  # a web page is read as one
            return GitFailure("no-repository", urlsplit(address).hostname or "", "it has no tag and no branch")
        return _chosen(reference, names)

    def tree_of(
        self, address: str, commit: str, progress: Progress, *, submodules: bool = False
    ) -> GitTree | UnknownReference | GitFailure:
        """Return the files of a commit."""
        with self.laid_out(address, commit, progress, submodules=submodules) as found:
            return found.tree if isinstance(found, LaidOut) else found

    @contextmanager
    def laid_out(
        self, address: str, commit: str, progress: Progress, *, submodules: bool = False
    ) -> Iterator[LaidOut | UnknownReference | GitFailure]:
        """Yield a folder with the files of a commit, which lasts as long as the block, and what they are."""
        with tempfile.TemporaryDirectory(prefix="envc-git-") as folder:
            place = Path(folder, "tree")
            place.mkdir()
            below: list[tuple[str, str, str]] = []
            failed = self._lay_out(address, commit, place, "", progress, below if submodules else None, _DEEPEST)
            if failed is not None:
                yield failed
                return
            try:
                files = files_in(place)
            except UnicodeEncodeError:
                yield GitFailure("failed", "", "a file of it has a name that is no text in UTF-8")
                return
            left_out = () if submodules else tuple(submodules_of(Store(self._cache, address, self._environ), commit))
            yield LaidOut(place, GitTree(commit, files, tuple(sorted(below)), left_out))

    def read(self, address: str, commit: str, path: str, progress: Progress) -> bytes | GitFailure | None:
        """Return the bytes of a file of a commit, or None when the commit or the file is not there."""
        store = self._fetched(address, commit, progress)
        if isinstance(store, UnknownReference):
            return None
        if isinstance(store, GitFailure):
            return store
        done = store.git("cat-file", "blob", f"{commit}:{path}")
        return None if done.code else done.out

    def _without_access(self, address: str) -> GitFailure | None:
        """Return why an address is not even asked."""
        if not which("git", path=self._environ.get("PATH")):
            return _NO_GIT
        if not re.match(f"({'|'.join(SCHEMES)})://[^-/]", address):
            return GitFailure("no-repository", "", f"an address has one of the schemes {', '.join(SCHEMES)}")
        return None

    def _fetched(self, address: str, commit: str, progress: Progress) -> Store | UnknownReference | GitFailure:
        if (refused := self._without_access(address)) is not None:
            return refused
        unknown = UnknownReference(GitReference("commit", commit))
        if not COMMIT.fullmatch(commit):
            return unknown
        progress(f"fetching commit {commit[:12]}")
        store = Store(self._cache, address, self._environ)
        failed = store.fetch(commit)
        if failed is None:
            return store
        return failed if failed.reason else unknown

    def _lay_out(
        self,
        address: str,
        commit: str,
        place: Path,
        prefix: str,
        progress: Progress,
        below: list[tuple[str, str, str]] | None,
        depth: int,
    ) -> UnknownReference | GitFailure | None:
        """Write the files of a commit into a folder, and those of its submodules where `below` takes note of them."""
        store = self._fetched(address, commit, progress)
        if isinstance(store, UnknownReference | GitFailure):
            return store
        if (failed := lay_out(store, commit, place)) is not None or below is None:
            return failed
        for path, (written, name) in submodules_of(store, commit).items():
            own = absolute_address(written, address)
            folder = place / PurePosixPath(path)
            if not written or depth == 0 or folder.resolve() != place.resolve() / PurePosixPath(path):
                why = (
                    "lies too deep in others"
                    if depth == 0
                    else "has no address"
                    if not written
                    else "lies behind a link"
                )
                return GitFailure("failed", "", f"the submodule `{prefix}{path}` {why}")
            folder.mkdir(parents=True, exist_ok=True)
            below.append((f"{prefix}{path}", own, name))
            failed_below = self._lay_out(own, name, folder, f"{prefix}{path}/", progress, below, depth - 1)
            if failed_below is not None:
                return _of_submodule(failed_below, f"{prefix}{path}")
        return None


def _of_submodule(failed: UnknownReference | GitFailure, path: str) -> GitFailure:
    """Return the failure of a submodule as one of the repository that has it."""
    if isinstance(failed, UnknownReference):
        return GitFailure("failed", "", f"the submodule `{path}` has no {failed.reference.text}")
    if failed.reason.startswith("the submodule "):
        return failed
    return failed._replace(reason=f"the submodule `{path}`: {failed.reason}".rstrip(": "))


def absolute_address(written: str, address: str) -> str:
    """Return a submodule's address as a URL; one like `../lib.git` is relative to the repository's own."""
    if "://" not in written and (match := re.fullmatch(r"((?:[\w.-]+@)?[\w.-]+):(.+)", written)):
        return f"ssh://{match[1]}/{match[2].lstrip('/')}"
    if not written.startswith(("./", "../")):
        return written
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, normpath(f"{parts.path.rstrip('/')}/{written}"), "", ""))


def _chosen(reference: GitReference, names: Mapping[str, str]) -> str | UnknownReference:
    """Return the commit of a name; behind `^{}` stands what an annotated tag is about."""
    folder = dict(_FOLDERS)[reference.kind]
    full = folder + reference.name
    if full in names:
        return names.get(f"{full}^{{}}", names[full])
    own = [name.removeprefix(folder) for name in names if name.startswith(folder) and not name.endswith("^{}")]
    other = next(
        (GitReference(kind, reference.name) for kind, place in _FOLDERS if place + reference.name in names), None
    )
    return UnknownReference(reference, _near(reference.name, own), other)


def _near(name: str, known: list[str]) -> tuple[str, ...]:
    """Return names that may be meant: `v1.4` for `1.4`, then by spelling, else the last ones."""
    bare = name.lower().lstrip("v")
    same = [one for one in known if re.split(r"[/_-]", one.lower())[-1].lstrip("v") in {bare, f"{bare}.0"}]
    spelt = get_close_matches(name, known, n=3, cutoff=0.6)
    return tuple(dict.fromkeys((*same, *spelt)))[:3] or tuple(sorted(known)[-3:])
