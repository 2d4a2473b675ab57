"""Which commit of a repository a package means. What moves is refused, with the edit that names where it is now."""

from __future__ import annotations

from envc.diagnostics import Diagnostic, Fix, Report
from envc.language.facets import PythonPackage
from envc.language.package_origins import moving_revision
from envc.lock.repositories import GitFailure, GitReference, UnknownReference, git_failed, unknown_reference
from envc.lock.resolution import Progress
from envc.resolvers.git import Git

#: What repositories call the branch that is meant when none is named.
_USUAL = ("main", "master")


def commit_of(git: Git, package: PythonPackage, progress: Progress) -> str:
    """Return the commit. Raises a `Report` for one that is not there, and for a branch."""
    source, origin = package.source, package.origin
    assert source is not None  # noqa: S101  # only packages with a source are built
    if source.commit:
        return source.commit
    if not source.tag:
        raise Report([_moving(git, package, progress)])
    answer = git.commit_of(source.address, GitReference("tag", source.tag), progress)
    if isinstance(answer, UnknownReference):
        raise unknown_reference(answer, package.name, origin.of("tag"))
    if isinstance(answer, GitFailure):
        raise git_failed(answer, package.name, origin.of("source"))
    return answer


def _moving(git: Git, package: PythonPackage, progress: Progress) -> Diagnostic:
    source, origin = package.source, package.origin
    assert source is not None  # noqa: S101
    diagnostic = moving_revision(package.name, origin)
    for branch in (source.branch,) if source.branch else _USUAL:
        answer = git.commit_of(source.address, GitReference("branch", branch), progress)
        if isinstance(answer, GitFailure):
            raise git_failed(answer, package.name, origin.of("source"))
        if isinstance(answer, str):
            span = origin.of("branch" if source.branch else "source")
            fix = Fix(f"take the commit that `{branch}` is at now", span, f"{span.text} commit {answer}")
            return diagnostic._replace(fixes=(fix,))
        if source.branch:
            raise unknown_reference(answer, package.name, origin.of("branch"))
    return diagnostic._replace(helps=("write `commit` and all its digits behind the address",))
