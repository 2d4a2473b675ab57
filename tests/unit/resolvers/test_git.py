"""Git repositories are asked as they are on the day, through a real server on loopback."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from envc.lock.repositories import GitFailure, GitReference, GitTree, UnknownReference, tree_checksum
from envc.resolvers.git import Git
from envc.resolvers.git.resolver import LaidOut
from tests.git_server import GitServer, Repository
from tests.git_server.fixtures import git, library, server

__all__ = ["git", "library", "server"]


def say(_: str) -> None:
    """Take note of nothing."""


def test_a_tag_is_the_commit_it_names(server: GitServer, git: Git, library: Repository) -> None:
    commit = library.commit(a="1")
    library.git("tag", "v1")
    library.commit(a="2")
    assert git.commit_of(server.address("library"), GitReference("tag", "v1"), say) == commit


def test_an_annotated_tag_is_peeled(server: GitServer, git: Git, library: Repository) -> None:
    commit = library.commit(a="1")
    library.git("tag", "--annotate", "--message", "a release", "v1")
    assert git.commit_of(server.address("library"), GitReference("tag", "v1"), say) == commit
    assert library.git("rev-parse", "v1") != commit


def test_a_branch_is_its_newest_commit(server: GitServer, git: Git, library: Repository) -> None:
    library.commit(a="1")
    newest = library.commit(a="2")
    assert git.commit_of(server.address("library"), GitReference("branch", "main"), say) == newest


def test_for_a_commit_nobody_is_asked(server: GitServer, git: Git) -> None:
    assert git.commit_of(server.address("library"), GitReference("commit", "a" * 40), say) == "a" * 40
    assert server.asked == []


@pytest.mark.parametrize("wanted", ["1.4", "v1.4.0", "v14"])
def test_an_unknown_tag_has_names_near_it(server: GitServer, git: Git, library: Repository, wanted: str) -> None:
    library.commit(a="1")
    for name in ("v1.3", "v1.4", "nightly"):
        library.git("tag", name)
    found = git.commit_of(server.address("library"), GitReference("tag", wanted), say)
    assert isinstance(found, UnknownReference)
    assert "v1.4" in found.near
    assert found.other is None


def test_a_branch_that_is_called_a_tag_is_told(server: GitServer, git: Git, library: Repository) -> None:
    library.commit(a="1")
    found = git.commit_of(server.address("library"), GitReference("tag", "main"), say)
    assert found == UnknownReference(GitReference("tag", "main"), (), GitReference("branch", "main"))


def test_a_tree_has_modes_links_and_bytes(server: GitServer, git: Git, library: Repository) -> None:
    (library.folder / "run").write_text("#!/bin/sh\n")
    (library.folder / "run").chmod(0o755)
    (library.folder / "link").symlink_to("run")
    commit = library.commit_files({"src/a.c": "int a;\n", "Ünicode name": b"\0\xff"})
    tree = git.tree_of(server.address("library"), commit, say)
    assert isinstance(tree, GitTree)
    assert [(file.path, file.mode, file.size) for file in tree.files] == [
        ("link", "120000", 3),
        ("run", "100755", 10),
        ("src/a.c", "100644", 7),
        ("Ünicode name", "100644", 2),
    ]
    assert tree.files[2].sha256 == sha256(b"int a;\n").hexdigest()
    assert tree.size == 22
    lines = "".join(f"{file.mode} {file.sha256} {file.path}\n" for file in tree.files)
    assert tree.sha256 == sha256(lines.encode()).hexdigest() == tree_checksum(reversed(tree.files))


def test_a_tree_is_as_its_attributes_say(server: GitServer, git: Git, library: Repository) -> None:
    commit = library.commit_files({".gitattributes": "*.bat text eol=crlf\n", "a.bat": "a\n", "a.sh": "a\n"})
    tree = git.tree_of(server.address("library"), commit, say)
    assert isinstance(tree, GitTree)
    assert {file.path: file.size for file in tree.files} == {".gitattributes": 20, "a.bat": 3, "a.sh": 2}


def test_settings_of_the_machine_change_no_tree(
    server: GitServer, tmp_path: Path, library: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = library.commit(a="one\ntwo\n")
    address = server.address("library")
    plain = Git(tmp_path / "one").tree_of(address, commit, say)
    attributes, hooks = tmp_path / "attributes", tmp_path / "hooks"
    attributes.write_text("* text eol=crlf\n")
    hooks.mkdir()
    for name in ("reference-transaction", "post-checkout"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n")
        (hooks / name).chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(
        f"[core]\nautocrlf = true\neol = crlf\nsymlinks = false\nattributesFile = {attributes}\nhooksPath = {hooks}\n"
        "[fetch]\nprune = true\nrecurseSubmodules = true\n[transfer]\nfsckObjects = true\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert Git(tmp_path / "two").tree_of(address, commit, say) == plain


def test_a_commit_is_fetched_once_and_without_its_past(
    server: GitServer, git: Git, library: Repository, tmp_path: Path
) -> None:
    library.commit(past="x" * 100_000)
    library.git("rm", "--quiet", "past")
    commit = library.commit(a="1")
    address = server.address("library")
    first = git.tree_of(address, commit, say)
    server.asked.clear()
    assert git.tree_of(address, commit, say) == first
    assert git.read(address, commit, "a", say) == b"1"
    assert server.asked == []
    (place,) = (tmp_path / "cache" / "git").iterdir()
    kept = Repository.__new__(Repository)
    kept.folder = place / "repository"
    assert kept.git("rev-list", "--all") == commit


def test_a_commit_that_no_name_leads_to_is_fetched_too(server: GitServer, git: Git, library: Repository) -> None:
    library.commit(a="1")
    commit = library.commit(a="2")
    library.git("reset", "--quiet", "--hard", "HEAD~1")
    tree = git.tree_of(server.address("library"), commit, say)
    assert isinstance(tree, GitTree)


def test_a_server_that_gives_no_commit_by_its_name_is_asked_for_all(
    server: GitServer, git: Git, library: Repository
) -> None:
    commit = library.commit(a="1")
    library.commit(a="2")
    server.old = True
    tree = git.tree_of(server.address("library"), commit, say)
    assert isinstance(tree, GitTree)


def test_an_unknown_commit_is_unknown(server: GitServer, git: Git, library: Repository) -> None:
    library.commit(a="1")
    unknown = UnknownReference(GitReference("commit", "a" * 40))
    assert git.tree_of(server.address("library"), "a" * 40, say) == unknown
    assert git.read(server.address("library"), "a" * 40, "a", say) is None


def test_a_tree_is_no_commit(server: GitServer, git: Git, library: Repository) -> None:
    library.commit(a="1")
    tree = library.git("rev-parse", "HEAD^{tree}")
    assert git.tree_of(server.address("library"), tree, say) == UnknownReference(GitReference("commit", tree))


def test_a_file_is_read_or_not_there(server: GitServer, git: Git, library: Repository) -> None:
    commit = library.commit_files({"package/pyproject.toml": "[project]\n"})
    address = server.address("library")
    assert git.read(address, commit, "package/pyproject.toml", say) == b"[project]\n"
    assert git.read(address, commit, "pyproject.toml", say) is None
    assert git.read(address, commit, "package", say) is None


def test_submodules_come_at_their_commits(server: GitServer, git: Git, library: Repository) -> None:
    deep = server.repository("deep").commit(c="deep")
    inner = server.repository("inner")
    inner.commit(b="1")
    at = inner.add_submodule("deep", "../deep.git", deep)
    inner.commit(b="2")
    library.commit(a="1")
    commit = library.add_submodule("parts/inner", server.address("inner"), at)
    address = server.address("library")
    tree = git.tree_of(address, commit, say, submodules=True)
    assert isinstance(tree, GitTree)
    assert [file.path for file in tree.files] == [
        ".gitmodules",
        "a",
        "parts/inner/.gitmodules",
        "parts/inner/b",
        "parts/inner/deep/c",
    ]
    assert tree.submodules == (
        ("parts/inner", server.address("inner"), at),
        ("parts/inner/deep", server.address("deep"), deep),
    )
    without = git.tree_of(address, commit, say)
    assert isinstance(without, GitTree)
    assert [file.path for file in without.files] == [".gitmodules", "a"]


def test_a_submodule_that_is_not_there_is_named(server: GitServer, git: Git, library: Repository) -> None:
    library.commit(a="1")
    commit = library.add_submodule("inner", "../absent.git", "b" * 40)
    found = git.tree_of(server.address("library"), commit, say, submodules=True)
    assert isinstance(found, GitFailure)
    assert found.kind == "no-repository"
    assert "`inner`" in found.reason


def test_pointers_of_lfs_are_told(server: GitServer, git: Git, library: Repository) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 7\n"
    commit = library.commit_files({"a.bin": pointer, "b.txt": "about " + pointer, "c.txt": pointer + "x" * 2000})
    tree = git.tree_of(server.address("library"), commit, say)
    assert isinstance(tree, GitTree)
    assert [file.path for file in tree.files if file.pointer] == ["a.bin"]


def test_a_folder_lasts_as_long_as_the_block(server: GitServer, git: Git, library: Repository) -> None:
    commit = library.commit(a="1")
    with git.laid_out(server.address("library"), commit, say) as found:
        assert isinstance(found, LaidOut)
        assert (found.folder / "a").read_text() == "1"
        assert not (found.folder / ".git").exists()
    assert not found.folder.exists()
