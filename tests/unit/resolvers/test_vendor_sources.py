"""Sources in a vendored folder: the files of the locked commit in one archive, the same bytes every time."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.diagnostics import Report, Source, Span
from envc.lock.repositories import GitTree
from envc.plan.program_parts import PlannedGitSource
from envc.resolvers.git import Git
from envc.resolvers.vendor.sources import fetch_sources
from envc.resolvers.vendor.store import Store
from tests.git_server import GitServer

PLACES = {"hloc": Span(Source("train.env", "source hloc"), 7, 11)}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with GitServer(tmp_path / "served") as server:
        inner = server.repository("inner").commit(b="inner")
        hloc = server.repository("hloc")
        (hloc.folder / "run").write_text("#!/bin/sh\n")
        (hloc.folder / "run").chmod(0o755)
        (hloc.folder / "link").symlink_to("/etc/hosts")
        hloc.commit_all()
        hloc.add_submodule("deep/inner", "../inner.git", inner)
        yield server


def planned(server: GitServer, git: Git) -> PlannedGitSource:
    address = server.address("hloc")
    commit = (server.folder / "hloc.git" / ".git" / "refs" / "heads" / "main").read_text().strip()
    tree = git.tree_of(address, commit, lambda _: None, submodules=True)
    assert isinstance(tree, GitTree)
    return PlannedGitSource(
        name="hloc",
        address=address,
        commit=commit,
        tree=tree.sha256,
        submodules=("deep/inner",),
        partial=False,
        path="/opt/hloc",
    )


def fetched(source: PlannedGitSource, git: Git, folder: Path) -> Path:
    fetch_sources([source], PLACES, Store(folder), git, lambda _: None)
    return folder / "sources" / f"{source.tree}.tar"


def test_all_files_are_in_one_archive_that_is_always_the_same(server: GitServer, tmp_path: Path) -> None:
    git = Git(tmp_path / "cache")
    source = planned(server, git)
    first = fetched(source, git, tmp_path / "one")
    second = fetched(source, Git(tmp_path / "another cache"), tmp_path / "two")
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        members = {one.name: (oct(one.mode), one.linkname, one.mtime, one.uid) for one in archive}
    assert members == {
        ".gitmodules": ("0o644", "", 0, 0),
        "deep/inner/b": ("0o644", "", 0, 0),
        "link": ("0o777", "/etc/hosts", 0, 0),
        "run": ("0o755", "", 0, 0),
    }


def test_other_files_than_the_locks_are_refused(server: GitServer, tmp_path: Path) -> None:
    git = Git(tmp_path / "cache")
    with pytest.raises(Report) as caught:
        fetched(planned(server, git).model_copy(update={"tree": "0" * 64}), git, tmp_path / "one")
    assert (caught.value.diagnostics[0].name, caught.value.exit_code) == ("file-not-fetched", 3)
    assert not list((tmp_path / "one").rglob("*.tar"))


def test_a_repository_that_is_gone_is_shown_at_its_clause(server: GitServer, tmp_path: Path) -> None:
    source = planned(server, Git(tmp_path / "cache"))
    (server.folder / "hloc.git").rename(server.folder / "gone.git")
    with pytest.raises(Report) as caught:
        fetched(source, Git(tmp_path / "empty cache"), tmp_path / "one")
    (found,) = caught.value.diagnostics
    assert (found.name, found.labels[0].span.text) == ("no-git-repository", "hloc")
