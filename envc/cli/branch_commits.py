"""What a branch is now, for whoever wrote one where a commit belongs: `envc lock` asks, and offers the edit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from envc.diagnostics import Diagnostic, Fix, Report, Span

if TYPE_CHECKING:
    from envc.resolvers.git import Git
    from envc.syntax.program import Item


def with_commits(report: Report) -> Report:
    """Return a report in which each branch that was refused has an edit with its commit, where git answers."""
    if not any(one.name == "moving-branch" for one in report.diagnostics):
        return report
    from envc.resolvers.git import Git
    from envc.resolvers.pip_tools.environment import user_cache

    git = Git(user_cache(os.environ))
    return Report((_with_commit(one, git) for one in report.diagnostics), report.exit_code)


def _with_commit(diagnostic: Diagnostic, git: Git) -> Diagnostic:
    if diagnostic.name != "moving-branch":
        return diagnostic
    from envc.lock.repositories import GitReference

    branch = diagnostic.labels[0].span
    found = _said_at(branch)
    if found is None:
        return diagnostic
    keyword, address, name = found
    commit = git.commit_of(address, GitReference("branch", name), lambda _: None)
    if not isinstance(commit, str):
        return diagnostic
    edit = Fix("the commit that it is now", keyword.to(branch), f"commit {commit}")
    return diagnostic._replace(fixes=(*diagnostic.fixes, edit))


def _said_at(branch: Span) -> tuple[Span, str, str] | None:
    """Return the keyword, the address and the name of the branch in the item that says it; None behind a parameter."""
    from envc.declarations.source import repository_address
    from envc.syntax.parse import parse

    for item in _items(parse(branch.source).items):
        arguments = item.arguments
        for before, argument in pairwise(arguments):
            if argument.span == branch and argument.kind != "reference":
                said = arguments[: arguments.index(argument)]
                addresses = [one.value for one in said if one.kind == "string" and "://" in one.value]
                return (before.span, repository_address(addresses[-1]), argument.value) if addresses else None
    return None


def _items(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _items(item.block or ())
