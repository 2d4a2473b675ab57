"""What git repositories answer, as a reader is told of it."""

from __future__ import annotations

import pytest

from envc.diagnostics import Source, Span
from envc.lock.repositories import (
    FailureKind,
    GitFailure,
    GitFile,
    GitReference,
    UnknownReference,
    git_failed,
    tree_checksum,
    unknown_reference,
)

PLACE = Span(Source("train.env", 'source a from git "https://example.org/a.git" tag v1 at "/a"'), 18, 45)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("no-git", "no-git"),
        ("unreachable", "git-unreachable"),
        ("unauthorised", "git-unauthorised"),
        ("no-repository", "no-git-repository"),
        ("failed", "git-failed"),
    ],
)
def test_a_failure_is_the_worlds_and_shown_at_the_clause(kind: FailureKind, name: str) -> None:
    report = git_failed(GitFailure(kind, "example.org", "as git says"), "a", PLACE)
    (found,) = report.diagnostics
    assert (found.name, report.exit_code) == (name, 3)
    assert found.labels[0].span == PLACE
    assert "`a`" in found.message
    assert found.helps


def test_an_unknown_tag_is_the_programs_and_has_what_may_be_meant() -> None:
    unknown = UnknownReference(GitReference("tag", "1.4"), ("v1.4",), GitReference("branch", "1.4"))
    report = unknown_reference(unknown, "a", PLACE)
    (found,) = report.diagnostics
    assert (found.name, report.exit_code) == ("unknown-git-reference", 1)
    assert found.message == "the repository of `a` has no tag 1.4"
    assert found.helps == ("it has a branch of that name", "it has `v1.4`")


def test_an_unknown_commit_says_where_commits_go() -> None:
    (found,) = unknown_reference(UnknownReference(GitReference("commit", "a" * 40)), "a", PLACE).diagnostics
    assert "force-push" in found.helps[0]


def test_a_tree_is_its_modes_bytes_and_paths_in_any_order() -> None:
    files = [GitFile("b", "100644", "1" * 64, 1), GitFile("a", "100755", "2" * 64, 2)]
    checksum = tree_checksum(files)
    assert checksum == tree_checksum(reversed(files))
    assert checksum != tree_checksum([files[0], files[1]._replace(mode="100644")])
    assert checksum != tree_checksum([files[0]])
