"""`envc lock` as people run it: another process, the package index of this machine, a project in a temporary folder.

No mirror of a registry is asked; where the registry itself does not answer, the base comes from the dated table.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.lock.files import LOCK_FILE
from envc.resolvers.pip_tools import settings_of_this_machine
from tests.index.test_process import children_with, until

pytestmark = pytest.mark.index

SMALL = "env small <\n  python 3.12\n  pip < six; idna >\n>\n"
LARGER = "env small <\n  python 3.12\n  pip < six; idna; sniffio >\n>\n"
REQUIREMENTS = "py3.12-linux-x86_64.txt"
KILLS = int(os.environ.get("ENVC_TEST_KILLS", "8"))  # more of them: see CONTRIBUTING.md


class Project:
    """A folder with `small.env`, and envc run in it."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = root / "xdg" / "envc"
        self.cache.parent.mkdir()
        self.cache.symlink_to(cache)
        self.program = root / "project" / "jobs" / "small.env"
        self.program.parent.mkdir(parents=True)
        (root / "project" / "lockfiles").mkdir()
        self.program.write_text(SMALL)
        self.environ = {**os.environ, "XDG_CACHE_HOME": str(self.cache.parent), "ENVC_REGISTRY_MIRROR": ""}

    @property
    def lock(self) -> dict[str, bytes]:
        """The files of the lock."""
        folder = self.root / "project" / "lockfiles" / "jobs" / "small"
        return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "envc", *arguments],
            cwd=self.root / "project",
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err


@pytest.fixture
def project(tmp_path: Path, cache: Path) -> Iterator[Project]:
    one = Project(tmp_path, cache)
    yield one
    assert until(lambda: not children_with(one.cache), 10)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Project:
    """The project where it was locked; tests leave it as it is."""
    one = Project(tmp_path_factory.mktemp("first"), cache)
    exit_code, out, err = one.run("lock", "jobs/small.env")
    assert (exit_code, out) == (0, ""), err
    return one


@pytest.fixture
def locked(project: Project, first: Project) -> Project:
    """A project with the lock of the first, as if it had been checked out with it."""
    locks = Path("project", "lockfiles")
    shutil.copytree(first.root / locks, project.root / locks, dirs_exist_ok=True)
    return project


def test_the_lock_lies_in_the_project_and_names_no_machine(first: Project) -> None:
    assert sorted(first.lock) == [LOCK_FILE, REQUIREMENTS]
    content = json.loads(first.lock[LOCK_FILE])["platforms"]["linux/amd64"]
    assert content["base"]["digest_from"] in {"registry", f"table of {content['library']}"}
    assert list(content["packages"]) == ["idna", "six"]
    assert content["python"]["version"].startswith("3.12.")
    settings = settings_of_this_machine()
    words = [*settings.find_links, *settings.extra_indexes, *settings.trusted_hosts]
    words += [word for word in (settings.main_index, settings.cert, settings.proxy) if word]
    for name, text in first.lock.items():
        for word in ["://", str(Path.home()) + "/", str(first.root), "--find-links", "index-url", *words]:
            assert word not in text.decode(), name


def test_pip_takes_the_lock_without_envc(locked: Project) -> None:
    """Every hash is the one of the file that pip downloads."""
    folder = locked.root / "project" / "lockfiles" / "jobs" / "small"
    command = ["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "-d", str(locked.root / "wheels")]
    subprocess.run([sys.executable, *command, "-r", str(folder / REQUIREMENTS)], check=True, capture_output=True)
    assert len(list((locked.root / "wheels").glob("*.whl"))) == 2


def test_a_second_run_says_that_it_is_fresh_and_changes_no_byte(locked: Project) -> None:
    before = locked.lock
    assert locked.run("lock", "jobs/small.env") == (0, "", "lockfiles/jobs/small/lock.json is fresh\n")
    assert locked.lock == before
    exit_code, _, err = locked.run("lock", "jobs/small.env", "--upgrade")
    assert exit_code == 0, err
    assert "  nothing changes\n" in err
    assert locked.lock == before


def test_the_whole_way_from_a_program_to_its_files(locked: Project) -> None:
    exit_code, out, _ = locked.run("compile", "jobs/small.env", "--json")
    assert exit_code == 0
    dockerfile = (locked.root / "project" / "build" / "jobs" / "small" / "Dockerfile").read_text()
    assert "@sha256:" in dockerfile
    assert len(json.loads(out)["files"]) >= 5


def test_a_dry_run_says_what_would_change_and_writes_nothing(locked: Project) -> None:
    locked.program.write_text(LARGER)
    before = {path: path.stat().st_mtime_ns for path in (locked.root / "project").rglob("*")}
    exit_code, out, err = locked.run("lock", "jobs/small.env", "--dry-run")
    assert (exit_code, out) == (0, "")
    assert "  + sniffio 1" in err
    assert "six" not in [line.split()[1] for line in err.splitlines() if line.startswith(("  + ", "  ~ ", "  - "))]
    assert {path: path.stat().st_mtime_ns for path in (locked.root / "project").rglob("*")} == before


def test_a_stale_lock_is_refused_at_the_clause_that_changed(locked: Project) -> None:
    locked.program.write_text(LARGER)
    exit_code, out, err = locked.run("compile", "jobs/small.env")
    assert (exit_code, out) == (1, "")
    assert "error[stale-lock]: `lockfiles/jobs/small/lock.json` was made for an older `jobs/small.env`" in err
    lines = err.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.endswith("^^^^^^^ not in the lock")]
    assert lines[place - 1].endswith("pip < six; idna; sniffio >")


def test_two_at_once(project: Project) -> None:
    first = project.start("lock", "jobs/small.env")
    assert first.stderr is not None
    assert first.stderr.readline() == "locking small\n"
    second = project.start("lock", "jobs/small.env")
    assert second.stderr is not None
    assert second.stderr.readline() == f"waiting: process {first.pid} is locking lockfiles/jobs/small/lock.json\n"
    assert first.poll() is None
    assert first.communicate(timeout=120)[0] == ""
    assert second.communicate(timeout=120)[1] == "lockfiles/jobs/small/lock.json is fresh\n"
    assert (first.returncode, second.returncode) == (0, 0)


def test_a_killed_lock_leaves_the_old_one_or_the_new_one(locked: Project) -> None:
    """Byte for byte, whenever it is killed."""
    old = locked.lock
    locked.program.write_text(LARGER)
    start = time.monotonic()
    assert locked.run("lock", "jobs/small.env")[0] == 0
    took = time.monotonic() - start
    new = locked.lock
    assert new != old
    folder = locked.root / "project" / "lockfiles" / "jobs" / "small"
    for seed in range(KILLS):
        for name, text in old.items():
            (folder / name).write_bytes(text)
        moment = random.Random(seed).uniform(0, took)
        print(f"seed {seed}: killed after {moment:.3f} of {took:.3f} s")
        process = locked.start("lock", "jobs/small.env")
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert locked.lock in (old, new), seed
        assert until(lambda: not children_with(locked.cache), 10)
    for name, text in old.items():
        (folder / name).write_bytes(text)
    assert locked.run("lock", "jobs/small.env")[0] == 0
    assert locked.lock == new
    assert [path.name for path in folder.parent.iterdir()] == ["small"]


@pytest.mark.parametrize("whole_group", [False, True])
def test_ctrl_c(locked: Project, whole_group: bool) -> None:
    """Sent to envc alone, and to all processes of the terminal as a terminal does."""
    before = locked.lock
    locked.program.write_text(LARGER)
    process = locked.start("lock", "jobs/small.env")
    assert until(lambda: bool(children_with(locked.cache)))
    if whole_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err.endswith("\nstopped\n")
    assert "Traceback" not in err
    assert until(lambda: not children_with(locked.cache), 10)
    assert locked.lock == before


def test_a_package_that_there_is_not(locked: Project) -> None:
    before = locked.lock
    locked.program.write_text(SMALL.replace("six", "no-such-package-of-envc"))
    exit_code, out, err = locked.run("lock", "jobs/small.env")
    assert (exit_code, out) == (1, "")
    assert "error[unknown-package]: " in err
    assert locked.lock == before


def test_a_second_platform_joins_the_lock_and_shares_what_is_equal(locked: Project) -> None:
    before = json.loads(locked.lock[LOCK_FILE])["platforms"]["linux/amd64"]
    exit_code, _, err = locked.run("lock", "jobs/small.env", "--platform", "linux/arm64")
    assert exit_code == 0, err
    assert sorted(locked.lock) == [LOCK_FILE, "py3.12-linux.txt"]
    platforms = json.loads(locked.lock[LOCK_FILE])["platforms"]
    assert (sorted(platforms), platforms["linux/amd64"]) == (["linux/amd64", "linux/arm64"], before)
    assert locked.run("lock", "jobs/small.env")[2].endswith("lock.json is fresh\n")
    assert locked.run("compile", "jobs/small.env", "--platform", "linux/arm64")[0] == 0
    manifest = json.loads((locked.root / "project/build/jobs/small/run.json").read_text())
    assert manifest["platform"] == "linux/arm64"


def test_a_platform_that_was_not_locked(locked: Project) -> None:
    exit_code, _, err = locked.run("compile", "jobs/small.env", "--platform", "linux/arm64")
    assert exit_code == 1
    assert "the environment `small` was never locked for linux/arm64" in err
    assert "`envc lock jobs/small.env --platform linux/arm64`" in err


def test_a_frozen_lock_chooses_nothing(locked: Project) -> None:
    before = locked.lock
    assert locked.run("lock", "jobs/small.env", "--frozen")[0] == 0
    locked.program.write_text(LARGER)
    exit_code, _, err = locked.run("lock", "jobs/small.env", "--frozen")
    assert (exit_code, locked.lock) == (1, before)
    assert "error[stale-lock]" in err


def test_only_what_is_named_moves(project: Project) -> None:
    project.program.write_text("env small < python 3.12; pip < six ==1.15.0; idna ==3.4 > >")
    assert project.run("lock", "jobs/small.env")[0] == 0
    project.program.write_text("env small < python 3.12; pip < six; idna > >")
    exit_code, _, err = project.run("lock", "jobs/small.env")
    assert exit_code == 0, err
    assert (chosen(project)["six"], chosen(project)["idna"]) == ("1.15.0", "3.4")
    exit_code, _, err = project.run("lock", "jobs/small.env", "--only", "six")
    assert exit_code == 0, err
    assert "  ~ six 1.15.0 → 1." in err
    assert chosen(project)["six"] != "1.15.0"
    assert chosen(project)["idna"] == "3.4"


def chosen(project: Project) -> dict[str, str]:
    packages = json.loads(project.lock[LOCK_FILE])["platforms"]["linux/amd64"]["packages"]
    return {name: package["version"] for name, package in packages.items()}


def test_the_packages_that_a_package_needs_stand_in_the_lock(project: Project) -> None:
    project.program.write_text("env small < python 3.12; pip requests[socks] ==2.32.3 >")
    exit_code, _, err = project.run("lock", "jobs/small.env")
    assert exit_code == 0, err
    packages = json.loads(project.lock[LOCK_FILE])["platforms"]["linux/amd64"]["packages"]
    assert packages["requests"]["requires"] == [
        *("certifi>=2017.4.17", "charset-normalizer<4,>=2", "idna<4,>=2.5", "pysocks!=1.5.7,>=1.5.6"),
        "urllib3<3,>=1.21.1",
    ]


def test_every_environment_of_a_program_side_by_side(project: Project) -> None:
    project.program.write_text(SMALL + "env other < python 3.12; pip sniffio >\n" + "env bare < python 3.13 >\n")
    exit_code, _, err = project.run("lock", "jobs/small.env", "--all")
    assert exit_code == 0, err
    assert {"  small: six", "  other: sniffio"} <= {*err.splitlines()}
    folders = sorted(path.name for path in (project.root / "project/lockfiles/jobs").iterdir())
    assert folders == ["small", "small.bare", "small.other"]
    assert project.run("lock", "jobs/small.env", "--all")[2].count("is fresh") == 3


def test_ctrl_c_while_several_are_locked(project: Project) -> None:
    project.program.write_text(SMALL + "env other < python 3.12; pip sniffio >\n")
    process = project.start("lock", "jobs/small.env", "--all")
    assert until(lambda: bool(children_with(project.cache)))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err.endswith("\nstopped\n")
    assert "Traceback" not in err
    assert until(lambda: not children_with(project.cache), 10)
    assert not (project.root / "project/lockfiles/jobs").exists()


def test_every_program_of_a_folder(project: Project) -> None:
    (project.program.parent / "other.envc").write_text("env other < python 3.12 >\n")
    process = subprocess.run(
        [sys.executable, "-m", "envc", "lock"],
        cwd=project.program.parent,
        env=project.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert sorted(path.name for path in (project.root / "project/lockfiles/jobs").iterdir()) == ["other", "small"]
