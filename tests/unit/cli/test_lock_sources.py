"""`envc lock` asks git repositories: here real ones on loopback, and the base comes from the table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envc.cli.main import run
from tests.git_server import GitServer, Repository
from tests.git_server.fixtures import server
from tests.unit.cli.project import Answer

__all__ = ["server"]

PROXY = "http://127.0.0.1:9"  # nobody listens there


class Project:
    """A folder with a program that takes a source from the server."""

    def __init__(self, folder: Path, server: GitServer, capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self.server, self._capture = folder, server, capture
        (folder / "lockfiles").mkdir()

    def write(self, reference: str, address: str | None = None) -> None:
        where = address or self.server.address("hloc")
        clause = f'source hloc from git "{where}" {reference} at "/opt/hloc"'
        (self.folder / "train.env").write_text(f"env train <\n  python 3.12\n  {clause}\n>\n")

    def run(self, *arguments: str) -> Answer:
        exit_code = run(arguments)
        said = self._capture.readouterr()
        return Answer(exit_code, said.out, said.err)

    @property
    def locked(self) -> dict[str, Any]:
        content = json.loads((self.folder / "lockfiles" / "train" / "lock.json").read_text())
        (found,) = content["platforms"]["linux/amd64"]["sources"]
        return dict(found)


@pytest.fixture
def repository(server: GitServer) -> Repository:
    return server.repository("hloc")


@pytest.fixture
def project(
    tmp_path: Path, server: GitServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.delenv("https_proxy", raising=False)
    return Project(folder, server, capsys)


def test_a_tag_is_locked_once(project: Project, repository: Repository) -> None:
    """Then nobody is asked, until `--only sources` asks where the tag is now; a dry run shows both commits."""
    first = repository.commit(a="1")
    repository.git("tag", "v1")
    project.write("tag v1")
    assert project.run("lock", "train.env").exit_code == 0
    assert (project.locked["commit"], project.locked["files"]) == (first, 1)
    second = repository.commit(a="2")
    repository.git("tag", "--force", "v1")
    project.server.asked.clear()
    assert "fresh" in project.run("lock", "train.env").stderr
    assert project.run("check", "train.env").exit_code == 0
    assert project.run("compile", "train.env").exit_code == 0
    assert project.server.asked == []
    shown = project.run("lock", "train.env", "--only", "sources", "--dry-run")
    assert f"{first} → commit {second}" in shown.stdout + shown.stderr
    assert project.run("lock", "train.env", "--only", "sources").exit_code == 0
    assert project.locked["commit"] == second


def test_an_address_without_git_at_its_end_is_the_same(project: Project, repository: Repository) -> None:
    commit = repository.commit(a="1")
    project.write(f"commit {commit}", project.server.address("hloc").removesuffix(".git") + "/")
    assert project.run("lock", "train.env").exit_code == 0
    dockerfile = project.run("compile", "train.env")
    assert dockerfile.exit_code == 0
    text = (project.folder / "build" / "train" / "Dockerfile").read_text()
    assert f"hloc.git#{commit}" in text


def test_a_branch_is_refused_with_its_commit_as_an_edit(project: Project, repository: Repository) -> None:
    """Where git may be asked; `--offline` and the other commands refuse it alike, without an edit."""
    commit = repository.commit(a="1")
    project.write("branch main")
    refused = project.run("lock", "train.env")
    assert (refused.exit_code, "error[moving-branch]" in refused.stderr) == (1, True)
    assert f"commit {commit} at" in refused.stderr
    for command in (("lock", "train.env", "--offline"), ("lock", "train.env", "--frozen"), ("check", "train.env")):
        project.server.asked.clear()
        refused = project.run(*command)
        assert (refused.exit_code, "error[moving-branch]" in refused.stderr) == (1, True)
        assert commit not in refused.stderr
        assert project.server.asked == []
    project.write(f"commit {commit}")
    assert project.run("lock", "train.env").exit_code == 0


@pytest.mark.parametrize("reference", ["commit main", "commit v1", "at main", "at HEAD", "at feature"])
def test_a_name_in_the_place_of_a_commit_gets_the_commit_as_an_edit(
    project: Project, repository: Repository, reference: str
) -> None:
    """That of a branch or of a tag; one that the repository has not gets none, and no other message."""
    commit = repository.commit(a="1")
    repository.git("tag", "v1")
    project.write(reference)
    name = "unexpected-argument" if reference.startswith("at") else "unreadable-commit"
    refused = project.run("lock", "train.env")
    assert (refused.exit_code, f"error[{name}]" in refused.stderr) == (1, True), refused.stderr
    assert (f"commit {commit} at" in refused.stderr) == (reference.split()[1] in {"main", "v1"})
    project.server.asked.clear()
    assert commit not in project.run("check", "train.env").stderr
    assert project.server.asked == []


@pytest.mark.parametrize(
    ("login", "page", "name", "exit_code"),
    [
        (("me", "secret"), None, "git-unauthorised", 3),
        (None, b"<html>", "no-git-repository", 3),
        (None, None, "unknown-git-reference", 1),
    ],
)
def test_a_failure_leaves_the_old_lock(  # a case has four parts
    project: Project,
    repository: Repository,
    login: tuple[str, str] | None,
    page: bytes | None,
    name: str,
    exit_code: int,
) -> None:
    repository.commit(a="1")
    repository.git("tag", "v1")
    project.write("tag v1")
    assert project.run("lock", "train.env").exit_code == 0
    before = project.locked
    project.server.login, project.server.page = login, page
    project.write("tag v2")
    failed = project.run("lock", "train.env")
    assert (failed.exit_code, f"error[{name}]" in failed.stderr) == (exit_code, True), failed.stderr
    assert "secret" not in failed.stderr
    assert project.locked == before


def test_where_it_comes_from_is_explained(project: Project, repository: Repository) -> None:
    commit = repository.commit(a="1")
    project.write(f"commit {commit}")
    assert project.run("lock", "train.env").exit_code == 0
    explained = project.run("explain", "train.env").stdout
    assert "source hloc" in explained
    assert f"source hloc: commit {commit}" in explained
    chosen = project.run("explain", "train.env", "base").stdout.splitlines()[1]
    assert chosen.split()[1].startswith('"docker.io/library/python:3.12.')
    assert chosen.split()[2] == "lockfiles/train/"
    assert project.run("explain", "train.env", "python").stdout.count("lockfiles/train/") == 1


@pytest.mark.parametrize("written", ["pip hloc from {source}", "pip < six; hloc from {source} >"])
def test_a_branch_of_a_package_is_refused_with_its_commit_as_an_edit(
    project: Project, repository: Repository, written: str
) -> None:
    commit = repository.commit(a="1")
    clause = written.format(source=f'git "{project.server.address("hloc")}" branch main')
    (project.folder / "train.env").write_text(f"env train <\n  python 3.12\n  {clause}\n>\n")
    refused = project.run("lock", "train.env")
    assert (refused.exit_code, "error[moving-branch]" in refused.stderr) == (1, True)
    assert f"commit {commit}" in refused.stderr
    assert "branch main" in project.run("check", "train.env").stderr
