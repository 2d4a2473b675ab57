"""What is asked of git repositories, and what is answered. Only values; `envc/resolvers/git` drives git."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Literal, NamedTuple, Protocol

from envc.diagnostics import Diagnostic, Report, Span
from envc.diagnostics.diagnostic import WRONG_INPUT, world_failed, wrong
from envc.lock.resolution import Progress

ReferenceKind = Literal["tag", "branch", "commit"]

#: Schemes of the addresses that git is asked at.
SCHEMES = ("https", "http", "ssh", "git")


class GitReference(NamedTuple):
    """What of a repository is meant."""

    kind: ReferenceKind
    name: str  # a commit's is all its hexadecimal digits

    @property
    def text(self) -> str:
        """`tag v1.4`."""
        return f"{self.kind} {self.name}"


class GitFile(NamedTuple):
    """A file of a commit as it lies on a disk: `.gitattributes` of the repository have been followed."""

    path: str  # with slashes
    mode: str  # `100644`, `100755`, or `120000` for a symbolic link
    sha256: str  # of a link, that of where it points to
    size: int  # bytes
    pointer: bool = False  # Git LFS keeps the bytes that are meant elsewhere, and this says where


class GitTree(NamedTuple):
    """All files of a commit, and of its submodules where they were asked for."""

    commit: str
    files: tuple[GitFile, ...]  # sorted by path
    submodules: tuple[tuple[str, str, str], ...] = ()  # path, address and commit, sorted
    left_out: tuple[str, ...] = ()  # the paths of submodules, where they were not asked for

    @property
    def sha256(self) -> str:
        """One checksum for all."""
        return tree_checksum(self.files)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


class UnknownReference(NamedTuple):
    """A repository that answers has no such tag or branch; or no such commit."""

    reference: GitReference
    near: tuple[str, ...] = ()  # names of the same kind that may be meant, best first
    other: GitReference | None = None  # it has the name as another kind


FailureKind = Literal["no-git", "unreachable", "unauthorised", "no-repository", "failed"]


class GitFailure(NamedTuple):
    """Why git gave no answer."""

    kind: FailureKind
    host: str  # as the address names it; empty where no host was asked
    reason: str  # git's own words, without addresses


class GitResolver(Protocol):
    """Asks repositories. A commit that was fetched once is kept, so that nobody is asked for it again."""

    def commit_of(
        self, address: str, reference: GitReference, progress: Progress
    ) -> str | UnknownReference | GitFailure:
        """Return the commit that a tag or branch is now: all its digits. A commit is itself, and nobody is asked."""
        ...

    def tree_of(
        self, address: str, commit: str, progress: Progress, *, submodules: bool = False
    ) -> GitTree | UnknownReference | GitFailure:
        """Return the files of a commit."""
        ...

    def read(self, address: str, commit: str, path: str, progress: Progress) -> bytes | GitFailure | None:
        """Return the bytes of a file of a commit, or None when the commit or the file is not there."""
        ...


def tree_checksum(files: Iterable[GitFile]) -> str:
    """Return one SHA-256 for a tree: over its sorted `mode sha256 path` lines."""
    lines = (f"{file.mode} {file.sha256} {file.path}\n" for file in sorted(files, key=lambda file: file.path))
    return sha256("".join(lines).encode()).hexdigest()


def unknown_reference(found: UnknownReference, name: str, place: Span) -> Report:
    """Return the report of a tag, branch or commit that a repository does not have; `name` is what is taken from it."""
    helps = []
    if found.other:
        helps.append(f"it has a {found.other.kind} of that name")
    if found.near:
        helps.append(f"it has {', '.join(f'`{one}`' for one in found.near)}")
    if found.reference.kind == "commit":
        helps.append("a commit that was never pushed, or that a force-push took away, is not in the repository")
    message = f"the repository of `{name}` has no {found.reference.text}"
    return Report([Diagnostic("unknown-git-reference", message, (wrong(place),), helps=tuple(helps))], WRONG_INPUT)


def git_failed(failure: GitFailure, name: str, place: Span) -> Report:
    """Return the report of git's failure about what is called `name`, shown at a place of the program."""
    label = (wrong(place, f"asked for at {failure.host}" if failure.host else ""),)
    notes = (failure.reason,) if failure.reason else ()
    if failure.kind == "no-git":
        return world_failed(
            "no-git",
            f"there is no `git` on this machine to ask for `{name}`",
            labels=(wrong(place),),
            notes=("envc drives git at lock time only; no image holds it",),
            helps=("install git, or lock on a machine that has it",),
        )
    if failure.kind == "unauthorised":
        return world_failed(
            "git-unauthorised",
            f"the repository of `{name}` may not be read",
            labels=label,
            notes=notes,
            helps=(
                "give git the credentials: its credential helper, `~/.netrc`, or for ssh an agent",
                "many hosts answer so for a repository that is not there: look at the spelling of the address",
            ),
        )
    if failure.kind == "no-repository":
        return world_failed(
            "no-git-repository",
            f"there is no git repository of `{name}` at its address",
            labels=label,
            notes=notes,
            helps=("look at the spelling of the address; it is what `git clone` takes",),
        )
    if failure.kind == "unreachable":
        return world_failed(
            "git-unreachable",
            f"the repository of `{name}` cannot be reached",
            labels=label,
            notes=notes,
            helps=("when others reach it, look at this machine's proxy, name server and certificates",),
        )
    return world_failed(
        "git-failed",
        f"git cannot read the repository of `{name}`",
        labels=label,
        notes=notes,
        helps=("`git ls-remote` with the address shows what git says on this machine",),
    )
