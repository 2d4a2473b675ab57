"""Locks and git: a raised package touches its own lines, and branches that change different packages merge."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.lock.files import LockedFiles, read, write
from tests.unit.lock.world import PLATFORM, Packages, choose, environment, world

FOLDER = "lockfiles/train"
NAMES = ("accelerate", "datasets", "numpy", "pandas", "scikit-learn", "torchmetrics", "transformers")
VERSIONS = {name: ["1.0", "2.0"] for name in (*NAMES, "jinja2", "rich")}


def locked(**versions: str) -> LockedFiles:
    asked = {**dict.fromkeys(NAMES, "1.0"), **{name.replace("_", "-"): version for name, version in versions.items()}}
    clauses = "; ".join(f"{name} =={version}" for name, version in asked.items())
    return choose(environment(f"env train < python 3.12; pip < {clauses} > >"), PLATFORM, world(Packages(VERSIONS)))


class Repository:
    """A real git repository with a lock in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "A")
        self.git("config", "user.email", "a@example.org")

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)

    def commit(self, files: LockedFiles) -> None:
        for name, text in write([files]).items():
            (self.folder / name).write_text(text)
        self.git("add", "-A")
        assert self.git("commit", "-q", "-m", "lock").returncode == 0

    def texts(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.folder.iterdir() if path.is_file()}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    one = Repository(tmp_path)
    one.commit(locked())
    return one


def merged(repository: Repository, ours: LockedFiles, theirs: LockedFiles) -> bool:
    """Commit one lock on a branch and another on main, and say whether git merges them by itself."""
    repository.git("checkout", "-q", "-b", "branch")
    repository.commit(theirs)
    repository.git("checkout", "-q", "main")
    repository.commit(ours)
    return repository.git("merge", "-q", "--no-edit", "branch").returncode == 0


def test_a_raised_package_touches_its_own_lines_only(repository: Repository) -> None:
    for name, text in write([locked(pandas="2.0")]).items():
        (repository.folder / name).write_text(text)
    lines = repository.git("diff", "-U0").stdout.splitlines()
    changed = [line[1:] for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    assert changed
    digests = [line for line in changed if "--hash=" in line]
    assert len(digests) == 2
    own = ("pandas", '"version"', '"size"', '"plain ==')
    assert all(any(word in line for word in own) for line in changed if line not in digests)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"pandas": "2.0"}, {"numpy": "2.0"}),  # neighbours
        ({"accelerate": "2.0"}, {"transformers": "2.0"}),
        ({"rich": "1.0"}, {"numpy": "2.0"}),
        ({"rich": "1.0"}, {"jinja2": "1.0"}),
    ],
)
def test_branches_that_lock_different_packages_merge(
    repository: Repository, ours: dict[str, str], theirs: dict[str, str]
) -> None:
    """The merged lock is the one that locking both would have made."""
    assert merged(repository, locked(**ours), locked(**theirs))
    assert read(repository.texts(), FOLDER)[PLATFORM] == locked(**ours, **theirs)


def test_branches_that_lock_the_same_package_conflict_and_it_is_told(repository: Repository) -> None:
    VERSIONS["pandas"].append("3.0")
    assert not merged(repository, locked(pandas="2.0"), locked(pandas="3.0"))
    with pytest.raises(Report) as report:
        read(repository.texts(), FOLDER)
    (diagnostic,) = report.value.diagnostics
    assert (diagnostic.name, diagnostic.labels[0].text) == ("damaged-lock", "a merge left it in conflict")
    assert "`envc lock`" in diagnostic.helps[0]
