"""Sources of git repositories, fetched by the builder's own git and checked: private, changed and vendored ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import Project, empty_project, errors, image_holds
from tests.git_server import GitServer, Repository
from tests.git_server.fixtures import server

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["server"]

pytestmark = pytest.mark.engine

_LIST = """\
import json, os, shutil
found = sorted(os.path.join(place, name) for place, _, names in os.walk("/opt/hloc") for name in names)
print(json.dumps({"files": found, "git": shutil.which("git"), "run": os.access("/opt/hloc/run", os.X_OK),
    "owners": sorted({os.lstat(one).st_uid for one in found}), "crlf": open("/opt/hloc/a.bat", "rb").read().decode()}))
"""


@pytest.fixture
def repository(server: GitServer) -> Repository:
    """A repository with a submodule, a program, a link, and a file that its attributes change on the way."""
    inner = server.repository("inner").commit(b_DOT_txt="from the submodule\n")
    hloc = server.repository("hloc")
    (hloc.folder / "run").write_text("#!/bin/sh\n")
    (hloc.folder / "run").chmod(0o755)
    (hloc.folder / "link").symlink_to("run")
    hloc.commit_files({".gitattributes": "*.bat text eol=crlf\n", "a.bat": "rem\n", "Ünicode name": "x"})
    hloc.add_submodule("third/inner", "../inner.git", inner)
    hloc.git("tag", "--annotate", "--message", "a release", "v1")
    return hloc


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Iterator[Project]:
    with empty_project(lab, tmp_path / "project", "train", XDG_CACHE_HOME=str(tmp_path / "cache")) as one:
        yield one


def write(lab: Lab, project: Project, address: str, more: str = "submodules") -> None:
    project.program.write_text(
        f'env train < python 3.12; labels session "{lab.session}"\n'
        f'source hloc from git "{address}" tag v1 {more} at "/opt/hloc" >\n'
    )


def listed(project: Project, *words: str) -> dict[str, Any]:
    finished = project.envc("run", *words, "--", "python", "-c", _LIST)
    assert finished.returncode == 0, finished.stderr
    return dict(json.loads(finished.stdout))


FILES = [".gitattributes", ".gitmodules", "a.bat", "link", "run", "third/inner/b.txt", "Ünicode name"]


def test_the_files_of_a_tag_are_there_without_git(
    lab: Lab, project: Project, server: GitServer, repository: Repository
) -> None:
    """With its submodule, root's, its programs runnable; and the same from a vendored folder when nobody answers."""
    write(lab, project, server.address("hloc"))
    project.build("--lock")
    expected = {
        "files": [f"/opt/hloc/{name}" for name in FILES],
        "git": None,
        "run": True,
        "owners": [0],
        "crlf": "rem\r\n",
    }
    assert listed(project) == expected
    vendored = project.envc("vendor", "--to", "../vendored")
    assert vendored.returncode == 0, vendored.stderr
    repository.folder.rename(repository.folder.with_name("gone.git"))
    project.build("--from", "../vendored", "--no-cache")
    assert listed(project) == expected


def test_submodules_that_are_not_asked_for_are_not_fetched(
    lab: Lab, project: Project, server: GitServer, repository: Repository
) -> None:
    write(lab, project, server.address("hloc"), "")
    (repository.folder.parent / "inner.git").rename(repository.folder.parent / "gone.git")
    project.build("--lock")
    assert "/opt/hloc/third/inner/b.txt" not in listed(project)["files"]


def test_other_files_than_the_locks_stop_the_build(
    lab: Lab, project: Project, server: GitServer, repository: Repository
) -> None:
    write(lab, project, server.address("hloc"))
    assert project.envc("lock").returncode == 0
    lock = project.folder / "lockfiles" / "train" / "lock.json"
    tree = project.lock["sources"][0]["tree"]
    lock.write_text(lock.read_text().replace(tree, "0" * 64))
    finished = project.envc("build", "--engine", "docker")
    assert (finished.returncode, errors(finished)) == (3, ["build-failed"])
    assert f"these are not the files of the lock: {tree}" in finished.stderr


def test_a_private_repository_is_built_with_the_machines_credentials(
    lab: Lab, project: Project, server: GitServer, repository: Repository, tmp_path: Path
) -> None:
    """From a netrc, or from a helper of git's; the password reaches no layer, history, lock or output."""
    server.login = ("reader", "s3cret-of-the-repository")
    write(lab, project, server.address("hloc"), "")
    refused = project.envc("lock")
    assert (refused.returncode, errors(refused)) == (3, ["git-unauthorised"])
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    (home / ".git-credentials").write_text(f"http://reader:s3cret-of-the-repository@127.0.0.1:{server.port}\n")
    logged_in = Project(project.folder, "train", {**project.environment, "HOME": str(home)}, project.images)
    said = logged_in.build("--lock")
    assert "/opt/hloc/run" in listed(logged_in)["files"]
    assert "s3cret" not in json.dumps(said)
    texts = [path.read_bytes() for path in project.folder.rglob("*") if path.is_file()]
    assert not any(b"s3cret" in text for text in texts)
    assert not image_holds(lab, project.image, b"s3cret-of-the-repository")
    (home / ".gitconfig").unlink()
    (home / ".netrc").write_text("machine 127.0.0.1 login reader password s3cret-of-the-repository\n")
    (home / ".netrc").chmod(0o600)
    logged_in.build("--no-cache")
