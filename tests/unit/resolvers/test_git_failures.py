"""Why git repositories cannot be read, by kind: through a real server on loopback that answers as a test wants."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envc.lock.repositories import GitFailure, GitReference, GitTree
from envc.resolvers.git import Git
from envc.resolvers.git.failures import failure_of, without_addresses
from envc.resolvers.git.resolver import absolute_address
from tests.git_server import GitServer, Repository
from tests.git_server.fixtures import git, library, server

__all__ = ["git", "library", "server"]


def say(_: str) -> None:
    """Take note of nothing."""


def asked(git: Git, address: str) -> GitFailure:
    found = git.commit_of(address, GitReference("tag", "v1"), say)
    assert isinstance(found, GitFailure)
    return found


def test_a_login_is_asked_for_and_given_as_git_has_it(
    server: GitServer, git: Git, library: Repository, tmp_path: Path
) -> None:
    commit = library.commit(a="1")
    library.git("tag", "v1")
    server.login = ("reader", "s3cret")
    address = server.address("library")
    assert asked(git, address).kind == "unauthorised"
    netrc = Path(os.environ["HOME"], ".netrc")
    netrc.write_text("machine 127.0.0.1 login reader password wrong\n")
    refused = asked(git, address)
    assert refused.kind == "unauthorised"
    assert "wrong" not in refused.reason
    netrc.write_text("machine 127.0.0.1 login reader password s3cret\n")
    assert git.commit_of(address, GitReference("tag", "v1"), say) == commit
    assert isinstance(git.tree_of(address, commit, say), GitTree)
    texts = [path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert not any(b"s3cret" in text for text in texts)


def test_nobody_at_the_address_is_unreachable(server: GitServer, git: Git) -> None:
    address = server.address("library")
    server.__exit__()
    server.__exit__ = lambda *_: None  # type: ignore[method-assign]  # it has ended
    failed = asked(git, address)
    assert (failed.kind, failed.host) == ("unreachable", "127.0.0.1")


@pytest.mark.parametrize(("status", "kind"), [(403, "unauthorised"), (404, "no-repository"), (503, "unreachable")])
def test_an_answer_has_its_kind(server: GitServer, git: Git, status: int, kind: str) -> None:
    server.status = status
    assert asked(git, server.address("library")).kind == kind


def test_a_web_page_is_no_repository(server: GitServer, git: Git) -> None:
    server.page = b"<html>Welcome</html>"
    assert asked(git, server.address("library")).kind == "no-repository"


def test_a_repository_that_is_not_there_is_none(server: GitServer, git: Git) -> None:
    server.folder.mkdir()
    assert asked(git, server.address("library")).kind == "no-repository"


@pytest.mark.parametrize("address", ["file:///etc", "ext::sh -c true", "--upload-pack=x", "/tmp/x", "https://-x/y"])
def test_other_transports_are_not_even_started(git: Git, address: str) -> None:
    assert asked(git, address).kind == "no-repository"


def test_a_submodule_leads_to_no_file_of_the_machine(server: GitServer, git: Git, library: Repository) -> None:
    library.commit(a="1")
    commit = library.add_submodule("inner", str(library.folder), "b" * 40)
    found = git.tree_of(server.address("library"), commit, say, submodules=True)
    assert isinstance(found, GitFailure)


def test_without_git_it_says_so(tmp_path: Path) -> None:
    git = Git(tmp_path, {"PATH": str(tmp_path)})
    assert asked(git, "https://example.org/x.git").kind == "no-git"
    found = git.tree_of("https://example.org/x.git", "a" * 40, say)
    assert found == GitFailure("no-git", "", "")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("../lib.git", "https://example.org/team/lib.git"),
        ("../../other/lib", "https://example.org/other/lib"),
        ("./lib.git", "https://example.org/team/app.git/lib.git"),
        ("git@example.com:team/lib.git", "ssh://git@example.com/team/lib.git"),
        ("https://example.com/lib", "https://example.com/lib"),
    ],
)
def test_an_address_of_a_submodule_is_made_whole(written: str, address: str) -> None:
    assert absolute_address(written, "https://example.org/team/app.git") == address


def test_what_git_says_is_shown_without_addresses_and_paths() -> None:
    said = "fatal: unable to access 'https://u:p@example.org/x.git/': Could not resolve host: example.org"
    assert without_addresses(said) == "unable to access …: Could not resolve host: example.org"
    assert without_addresses("error: cannot write /home/me/cache/x: No space") == "cannot write …: No space"
    assert failure_of("", "https://example.org/x").reason == "git says nothing"
