"""Commits that were fetched: for each address a bare repository in the cache, in which a commit lies whole or not."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from envc.lock.repositories import GitFailure
from envc.resolvers.apt.place import locked
from envc.resolvers.disk import CACHE, room_in
from envc.resolvers.git.command import Finished, run, variables_of
from envc.resolvers.git.failures import failure_of, lacks_commit

#: All digits of a commit: SHA-1, or SHA-256 in repositories of that format.
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Store:
    """The cached repository of an address."""

    def __init__(self, cache: Path, address: str, environ: Mapping[str, str]) -> None:
        self.address = address
        self.folder = cache / "git" / sha256(address.encode()).hexdigest()[:16]
        self._repository = self.folder / "repository"
        self._environ = environ

    def fetch(self, commit: str) -> GitFailure | None:
        """Have a commit with all its files, and nothing of its past. Returns why not; a reason `""` is no such commit.

        A server that gives no commit by its name alone is asked for all its names.
        """
        with self._held(commit):
            if self._has(commit):
                return None
            said = self._receive(commit, depth=1)
            if said is not None and lacks_commit(said.err):
                said = self._receive("+refs/heads/*:refs/all/heads/*", "+refs/tags/*:refs/all/tags/*")
            if said is not None:
                return failure_of(said.err, self.address)
            if self._git("cat-file", "-t", commit).out.strip() != b"commit":
                return GitFailure("failed", "", "")
            kept = self._git("update-ref", f"refs/kept/{commit}", commit)
            return failure_of(kept.err, self.address) if kept.code else None

    def git(self, *arguments: str, given: bytes | None = None, variables: Mapping[str, str] | None = None) -> Finished:
        """Run git on what was fetched; nobody is asked, and no setting of the machine counts."""
        bare = variables_of(self._environ, bare_of_settings=True) | dict(variables or {})
        return run((f"--git-dir={self._repository}", *arguments), bare, str(self.folder), given)

    _git = git

    def _has(self, commit: str) -> bool:
        return self._git("rev-parse", "--quiet", "--verify", f"refs/kept/{commit}").code == 0

    def _receive(self, *wanted: str, depth: int | None = None) -> Finished | None:
        """Fetch; return how it ended when it failed."""
        shallow = (f"--depth={depth}",) if depth else ()
        words = ("fetch", "--quiet", "--no-tags", "--no-auto-gc", "--no-write-fetch-head", "--force")
        said = run(
            (f"--git-dir={self._repository}", *words, *shallow, "--", self.address, *wanted),
            variables_of(self._environ),
            str(self.folder),
        )
        return said if said.code else None

    @contextmanager
    def _held(self, commit: str) -> Iterator[None]:
        """Make the repository if it is not there, and let no other process change it meanwhile."""
        with room_in(CACHE):
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder / "lock"):
                if not (self._repository / "HEAD").is_file():
                    form = "sha256" if len(commit) == 64 else "sha1"
                    bare = variables_of(self._environ, bare_of_settings=True)
                    words = ("init", "--quiet", "--bare", "--template=", f"--object-format={form}")
                    run((*words, os.fspath(self._repository)), bare, str(self.folder))
                yield
