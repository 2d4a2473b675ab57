"""A package index that wants a name and a password: used for locking and for building, and found nowhere else.

Everything is real: pip-compile, pip in the builder, BuildKit. The index listens where containers reach this machine.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.engine.project import Project, errors, image_holds
from tests.index_server import Fault, Index

if TYPE_CHECKING:
    from typing_extensions import Self

    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

NAME = "ada"
PROGRAM = """\
env private <
  python 3.12
  pip < ranker; tools >
  index corp "{address}" for ranker
  run "python" "-c" "import ranker, tools; print(ranker.version, tools.version)"
>
"""
SECRET = """\
env private <
  python 3.12
  secret corp-token as CORP_TOKEN build
  pip < ranker; tools >
  index corp "{address}" secret corp-token user ada for ranker
  run "python" "-c" "import ranker, tools; print(ranker.version, tools.version)"
>
"""


class Watch:
    """Reads the command lines of all processes of this machine, containers' too, while it is open."""

    def __init__(self, values: list[bytes]) -> None:
        self.values = values
        self.looks = 0
        self.seen: set[bytes] = set()
        self.found: list[bytes] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self) -> None:
        own = f"/proc/{os.getpid()}"
        while not self.over.is_set():
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    words = (folder / "cmdline").read_bytes()
                except OSError:
                    continue  # it has ended
                self.seen.update(word for word in words.split(b"\0") if word in {b"pip", b"buildx"})
                if str(folder) != own and any(value in words for value in self.values):
                    self.found.append(words)
            self.looks += 1
            time.sleep(0.02)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


class Private:
    """A project, its two indexes, and the values that must be seen nowhere."""

    def __init__(self, project: Project, corp: Index, password: str, words: tuple[str, ...] = ()) -> None:
        self.project, self.corp, self.password = project, corp, password
        self.words = words  # of the command lines that lock and build
        login = f"{NAME}:{password}"
        texts = [password, quote(password, safe=""), json.dumps(password)[1:-1]]
        self.values = [text.encode() for text in {*texts, base64.b64encode(login.encode()).decode()}]

    def is_in(self, content: bytes) -> bool:
        return any(value in content for value in self.values)


def by_netrc(home: Path, corp: Index, password: str) -> dict[str, str]:
    escaped = password.replace("\\", "\\\\").replace('"', '\\"')
    (home / ".netrc").write_text(f'machine {corp.interface} login {NAME} password "{escaped}"\n')
    (home / ".netrc").chmod(0o600)
    return {}


def by_configuration(home: Path, corp: Index, password: str) -> dict[str, str]:
    """An index of the same server in pip's configuration file, with the login in its address."""
    file = home / "pip.conf"
    login = f"{NAME}:{quote(password, safe='')}"
    file.write_text(f"[global]\nextra-index-url = http://{login}@{corp.host}/elsewhere/simple\n")
    return {"PIP_CONFIG_FILE": str(file)}


def by_keyring(home: Path, corp: Index, password: str) -> dict[str, str]:
    (home / "bin").mkdir()
    (home / "password").write_text(f"{NAME}\n{password}\n")
    program = home / "bin" / "keyring"
    program.write_text(f'#!/bin/sh\n[ "$*" = "--mode creds get {corp.url}" ] && exec cat "{home}/password"\nexit 1\n')
    program.chmod(0o700)
    return {"PATH": f"{home}/bin:{os.environ['PATH']}", "PIP_KEYRING_PROVIDER": "subprocess"}


def by_variable(home: Path, corp: Index, password: str) -> dict[str, str]:  # every way takes all
    """A secret of the program, in the variable that it names."""
    return {"CORP_TOKEN": password}


def by_file(home: Path, corp: Index, password: str) -> dict[str, str]:
    """A secret of the program, in a file that the command line names."""
    (home / "token").write_text(f"{password}\n")
    return {}


WAYS: Mapping[str, Callable[[Path, Index, str], dict[str, str]]] = {
    "netrc": by_netrc,
    "pip's configuration": by_configuration,
    "keyring": by_keyring,
    "a secret's variable": by_variable,
    "a secret's file": by_file,
}


@contextmanager
def private(lab: Lab, folder: Path, cache: Path, way: str) -> Iterator[Private]:
    gateway = lab.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    password = f'{secrets.token_hex(12)} \\"%40@:/'
    with Index(address=gateway) as default, Index(address=gateway, credentials=(NAME, password)) as corp:
        default.add("tools", "1")
        default.add("ranker", "99")
        corp.add("ranker", "1")
        corp.add("tools", "99")
        home = folder / "home"
        for one in (home, folder / "tmp", folder / "project" / "lockfiles"):
            one.mkdir(parents=True)
        kept = {name: value for name, value in lab.environment.items() if not name.startswith("PIP_")}
        environ = {
            **kept,
            "HOME": str(home),
            "XDG_CACHE_HOME": str(cache),
            "TMPDIR": str(folder / "tmp"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": default.url,
            "PIP_TRUSTED_HOST": gateway,
            **WAYS[way](home, corp, password),
        }
        project = Project(folder / "project", "private", environ)
        program = SECRET if "secret" in way else PROGRAM
        project.program.write_text(program.format(address=corp.url))
        words = ("--secret", f"corp-token={home / 'token'}") if way == "a secret's file" else ()
        try:
            yield Private(project, corp, password, words)
        finally:
            for image in project.images:
                lab.docker.images.remove(image, force=True)


@pytest.mark.parametrize("way", list(WAYS))
def test_a_login_serves_the_lock_and_the_build_and_is_found_nowhere_else(
    lab: Lab, tmp_path: Path, resolver_cache: Path, way: str
) -> None:
    """Not in lock, outputs, layers, history, logs, caches, temporary files, nor in the list of processes."""
    with private(lab, tmp_path, resolver_cache, way) as one:
        project = one.project
        with Watch(one.values) as watch:
            locked = project.envc("lock", *one.words)
            assert locked.returncode == 0, locked.stderr
            built = project.envc("build", "--engine", "docker", "--no-cache", "--json", *one.words)
            assert built.returncode == 0, built.stderr
        project.images.update(json.loads(built.stdout)["image"]["tags"])
        ran = project.envc("run")
        assert (ran.returncode, ran.stdout) == (0, "1 1\n"), ran.stderr
        assert watch.found == []
        assert watch.looks > 20
        assert {b"pip", b"buildx"} <= watch.seen  # the installing pip and the builder's client were looked at

        for said in (locked, built, ran):
            assert not one.is_in((said.stdout + said.stderr).encode())
        for folder in (project.folder, tmp_path / "tmp", resolver_cache):
            assert not [path for path in folder.rglob("*") if path.is_file() and one.is_in(path.read_bytes())]
        assert [path.name for path in (tmp_path / "tmp").glob("envc-*")] == []
        stages = {"inference": project.image, "builder": lab.tag("builder")}
        kept = builder_stage(project, stages["builder"])
        assert b"target=/root/.netrc" in kept
        assert (b"envc-netrc-corp" in kept) == ("secret" in way)
        assert not one.is_in(kept)
        for image in stages.values():
            assert image_holds(lab, image, *one.values) == []
            history = json.dumps(lab.docker.images.get(image).history())
            assert not one.is_in(history.encode())
            assert not one.is_in(json.dumps(lab.docker.images.get(image).attrs).encode())


def test_two_indexes_of_one_server_have_two_logins(lab: Lab, tmp_path: Path, resolver_cache: Path) -> None:
    """A netrc has one login a server, so each index with a secret has its own."""
    with private(lab, tmp_path, resolver_cache, "a secret's variable") as one:
        project, other = one.project, secrets.token_hex(12)
        with Index(address=one.corp.interface, credentials=("bob", other)) as team:
            team.add("tools", "2")
            extra = f'index team "{team.url}" secret team-token user bob for tools'
            extra = f"secret team-token as TEAM_TOKEN build; {extra}"
            text = project.program.read_text().replace("  run ", f"  {extra}\n  run ")
            project.program.write_text(text)
            project = Project(project.folder, project.name, {**project.environment, "TEAM_TOKEN": other})
            built = project.envc("build", "--lock", "--engine", "docker", "--no-cache", "--json")
            assert built.returncode == 0, built.stderr
            one.project.images.update(json.loads(built.stdout)["image"]["tags"])
            ran = project.envc("run")
            assert (ran.returncode, ran.stdout) == (0, "1 2\n"), ran.stderr
            assert "missing-secret" not in ran.stderr  # the container does not get what is for the build
            assert other not in built.stdout + built.stderr + ran.stdout + ran.stderr


def test_without_the_secret_the_index_is_asked_with_what_pip_has(
    lab: Lab, tmp_path: Path, resolver_cache: Path
) -> None:
    with private(lab, tmp_path, resolver_cache, "a secret's file") as one:
        locked = one.project.envc("lock")
        assert (locked.returncode, errors(locked)) == (3, ["index-unauthorised"]), locked.stderr
        assert "note[missing-secret]: the index `corp` is asked without the secret `corp-token`" in locked.stderr
        assert one.project.envc("lock", "--secret", "corp=x").returncode == 1
        assert one.project.envc("lock", "--secret", "corp-token=no-such-file").returncode == 1
        by_netrc(tmp_path / "home", one.corp, one.password)
        locked = one.project.envc("lock")
        assert locked.returncode == 0, locked.stderr


def builder_stage(project: Project, tag: str) -> bytes:
    """Keep the builder's stage, of which everything is cached, as an image, and return the log of that."""
    words = ["docker", "buildx", "build", "--progress=plain", "--load", "--target", "builder", "--tag", tag]
    words += ["--file", f"build/{project.name}/Dockerfile", "--build-arg", "SOURCE_DATE_EPOCH=315532800", "."]
    finished = subprocess.run(
        words, cwd=project.folder, env=dict(project.environment), capture_output=True, check=False, timeout=120
    )
    assert finished.returncode == 0, finished.stderr
    text = finished.stdout + finished.stderr
    assert b"CACHED" in text
    return text


def test_a_wrong_password_is_said_and_not_shown(lab: Lab, tmp_path: Path, resolver_cache: Path) -> None:
    """By the lock, and by the build of a lock that is fresh."""
    with private(lab, tmp_path, resolver_cache, "netrc") as one:
        assert one.project.envc("lock").returncode == 0
        one.corp.credentials = (NAME, "another")
        built = one.project.envc("build", "--engine", "docker", "--no-cache")
        assert (built.returncode, errors(built)) == (3, ["build-failed"]), built.stderr
        locked = one.project.envc("lock", "--upgrade")
        assert (locked.returncode, errors(locked)) == (3, ["index-unauthorised"]), locked.stderr
        assert "index `corp` refused access (401)" in locked.stderr
        for said in (built, locked):
            assert not one.is_in((said.stdout + said.stderr).encode())


def test_an_interrupted_build_leaves_no_login_behind(lab: Lab, tmp_path: Path, resolver_cache: Path) -> None:
    with private(lab, tmp_path, resolver_cache, "netrc") as one:
        assert one.project.envc("lock").returncode == 0
        one.corp.faults["ranker"] = Fault(delay=20)
        files = tmp_path / "tmp"
        with one.project.started("build", "--engine", "docker", "--no-cache") as process:
            end = time.monotonic() + 60
            while not list(files.glob("envc-netrc-*/netrc")):
                assert time.monotonic() < end
                assert process.poll() is None
                time.sleep(0.02)
            process.terminate()
            process.communicate(timeout=30)
        assert list(files.glob("envc-*")) == []
        assert process.returncode != 0


def test_the_reader_of_these_files_is_sound(tmp_path: Path) -> None:
    """What is looked for is found where it is."""
    with Watch([b"needle-of-this-test"]) as watch:
        subprocess.run([sys.executable, "-c", "import time; time.sleep(0.5)", "needle-of-this-test"], check=True)
    assert watch.found
    with Index() as corp:
        assert Private(Project(tmp_path, "a", {}), corp, 'a"b').is_in(b'x"a\\"b"')
