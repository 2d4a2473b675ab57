"""What a branch or tag is now, for whoever wrote one where a commit belongs: `envc lock` asks, and offers the edit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from envc.diagnostics import Diagnostic, Fix, Report, Span

if TYPE_CHECKING:
    from envc.resolvers.git import Git
    from envc.syntax.program import Item


#: What is refused where a branch may stand; the first label is at it.
_REFUSED = frozenset(("moving-branch", "unreadable-commit", "unexpected-argument"))
_SCHEMES = ("http://", "https://")
#: Behind which words it may stand.
_KEYWORDS = frozenset(("at", "branch", "commit"))


def with_commits(report: Report) -> Report:
    """Return a report in which each branch that was refused has an edit with its commit, where git answers."""
    if not any(one.name in _REFUSED for one in report.diagnostics):
        return report
    from envc.resolvers.git import Git
    from envc.resolvers.pip_tools.environment import user_cache

    git = Git(user_cache(os.environ))
    return Report((_with_commit(one, git) for one in report.diagnostics), report.exit_code)


def _with_commit(diagnostic: Diagnostic, git: Git) -> Diagnostic:
    if diagnostic.name not in _REFUSED or diagnostic.fixes:
        return diagnostic
    branch = diagnostic.labels[0].span
    found = _said_at(branch)
    if found is None:
        return diagnostic
    keyword, address, name = found
    commit = _commit(git, address, name, keyword.text)
    if commit is None:
        return diagnostic
    edit = Fix("the commit that it is now", keyword.to(branch), f"commit {commit}")
    return diagnostic._replace(fixes=(edit,))


def _commit(git: Git, address: str, name: str, keyword: str) -> str | None:
    """Return what a name is now: that of a branch, and behind other words than `branch` of a tag, too."""
    from envc.lock.repositories import GitReference, UnknownReference

    found = git.commit_of(address, GitReference("branch", name), lambda _: None)
    if keyword != "branch" and isinstance(found, UnknownReference):
        found = git.commit_of(address, GitReference("tag", name), lambda _: None)
    return found if isinstance(found, str) else None


def _said_at(branch: Span) -> tuple[Span, str, str] | None:
    """Return the keyword, the address and the name of the branch in the item that says it; None behind a parameter."""
    from envc.declarations.source import repository_address
    from envc.syntax.parse import parse

    for item in _items(parse(branch.source).items):
        arguments = item.arguments
        for before, argument in pairwise(arguments):
            if argument.span == branch and before.value in _KEYWORDS and argument.kind != "reference":
                said = arguments[: arguments.index(argument)]
                addresses = [one.value for one in said if one.kind == "string" and one.value.startswith(_SCHEMES)]
                return (before.span, repository_address(addresses[-1]), argument.value) if addresses else None
    return None


def _items(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _items(item.block or ())
