"""Git repositories that lie in memory, whose tags a test lays down."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from envc.lock.repositories import GitFailure, GitFile, GitReference, GitTree, UnknownReference
from envc.lock.resolution import Progress


def commit(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:40]


class Repositories:
    """Repositories in memory: for each address what its tags are, and one file a commit."""

    def __init__(self, tags: Mapping[str, str], failure: GitFailure | None = None) -> None:
        self.tags = tags
        self.failure = failure
        self.asked: list[str] = []

    def commit_of(
        self, address: str, reference: GitReference, progress: Progress
    ) -> str | UnknownReference | GitFailure:
        progress("asking")
        self.asked.append(f"{address} {reference.text}")
        if self.failure:
            return self.failure
        if reference.kind == "commit":
            return reference.name
        return self.tags.get(reference.name) or UnknownReference(reference, tuple(sorted(self.tags)))

    def tree_of(
        self, address: str, commit: str, progress: Progress, *, submodules: bool = False
    ) -> GitTree | UnknownReference | GitFailure:
        progress("fetching")
        self.asked.append(f"{address} {commit}")
        if commit not in self.tags.values():
            return UnknownReference(GitReference("commit", commit))
        below = (("inner", "https://example.org/inner.git", "c" * 40),) if submodules else ()
        file = GitFile("a", "100644", sha256(commit.encode()).hexdigest(), 3)
        return GitTree(commit, (file,), below, () if submodules else ("inner",))

    def read(self, address: str, commit: str, path: str, progress: Progress) -> bytes | GitFailure | None:
        raise AssertionError((address, commit, path, progress))
