"""The manifest of Compose, started by the real program: what the container is told is what the program says."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import Project
from tests.engine.serving import gateway, served
from tests.properties.compiling import compiled, literal, program
from tests.properties.test_escaping import NASTY

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

__all__ = ["gateway", "served"]

_PROGRAM = """\
env {name} <
  python 3.12
  expose 8080
  limit memory 256MiB cpu 1
  shm 128MiB
  ulimit nofile 4096
  secret api-key as API_KEY
  secret client.cert
  data v1 of wine from "wine $set" mounted
  cache {name} mounted at "/cache"
  weights v1 of net from "{address}" sha256 "{digest}" fetched at "/net"
  health http "/" port 8080 every 1s timeout 3s start 20s
  set GREETING "hello $HOME"
  run "python -m http.server 8080 --directory /data/wine"
  target compose {readonly} < set CLUSTER "a $X $$ 'b'" >
>
"""
#: Asked in the container; what it prints is JSON.
_QUESTIONS = """
import json, os, resource
def writable(path):
    try:
        open(path + "/x", "w").close()
        return True
    except OSError:
        return False
print(json.dumps({
    "variables": {name: os.environ.get(name) for name in ("GREETING", "API_KEY", "CLUSTER")},
    "ids": [os.getuid(), os.getgid()],
    "secrets": {name: open("/run/secrets/" + name).read() for name in sorted(os.listdir("/run/secrets"))},
    "shm": os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize,
    "files": resource.getrlimit(resource.RLIMIT_NOFILE),
    "data": os.listdir("/data/wine"),
    "net": open("/net/net.bin").read(),
    "writable": [path for path in ("/app", "/cache", "/data/wine", "/net", "/tmp") if writable(path)],
    "capabilities": [line.split()[1] for line in open("/proc/self/status") if line.startswith("CapBnd")],
}))
"""


class Composed:
    """A project whose manifest is Compose's."""

    def __init__(self, lab: Lab, folder: Path, address: str, digest: str, readonly: str = "") -> None:
        self.lab = lab
        self.name = f"c{lab.session}".lower().replace("_", "-")
        self.project = Project(folder / "project", self.name, lab.environment)
        (self.project.folder / "lockfiles").mkdir(parents=True)
        (self.project.folder / "wine $set").mkdir()
        (self.project.folder / "wine $set" / "index.html").write_text("red")
        (self.project.folder / "cert").write_text("certificate")
        text = _PROGRAM.format(name=self.name, address=address, digest=digest, readonly=readonly)
        self.project.program.write_text(text)

    @property
    def place(self) -> Path:
        return self.project.folder / "build" / self.name

    def compose(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        given = {"API_KEY": "s3$cret", "CLIENT_CERT_FILE": str(self.project.folder / "cert"), **variables}
        environ = {**self.lab.environment, **{name: value for name, value in given.items() if value}}
        return subprocess.run(
            ["docker", "compose", *words],
            cwd=self.place,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )

    def ask(self) -> dict[str, Any]:
        finished = self.compose("exec", "-T", self.name, "python", "-c", _QUESTIONS)
        assert finished.returncode == 0, finished.stderr
        return dict(json.loads(finished.stdout))

    def end(self) -> None:
        self.compose("down", "--volumes", "--timeout", "3")
        for image in self.project.images:
            self.lab.docker.images.remove(image, force=True)


@pytest.mark.parametrize("readonly", ["", "readonly"])
def test_the_container_is_what_the_program_says(
    lab: Lab, tmp_path: Path, served: tuple[Path, str], readonly: str
) -> None:
    folder, address = served
    (folder / "net.bin").write_text("weights")
    composed = Composed(lab, tmp_path, f"{address}/net.bin", sha256(b"weights").hexdigest(), readonly)
    try:
        composed.project.build("--lock")
        started = composed.compose("up", "--detach", "--wait")
        assert started.returncode == 0, started.stderr
        found = composed.ask()
        assert found["variables"] == {"GREETING": "hello $HOME", "API_KEY": "s3$cret", "CLUSTER": "a $X $$ 'b'"}
        assert found["ids"] == [1000, 0]
        secrets = {"client.cert": "certificate"} if readonly else {"api-key": "s3$cret", "client.cert": "certificate"}
        assert found["secrets"] == secrets
        assert found["shm"] == 128 * 2**20
        assert found["files"] == [4096, 4096]
        assert (found["data"], found["net"]) == (["index.html"], "weights")
        assert found["writable"] == (["/cache", "/tmp"] if readonly else ["/app", "/cache", "/tmp"])
        assert found["capabilities"] == ["0000000000000000"]
        (container,) = lab.docker.containers.list(filters={"label": f"com.docker.compose.service={composed.name}"})
        settings = container.attrs["HostConfig"]
        assert (settings["Memory"], settings["NanoCpus"]) == (256 * 2**20, 10**9)
        assert container.labels["dev.envc.hash"] == composed.project.manifest["hashes"]["reproducibility"]
        assert container.attrs["State"]["Health"]["Status"] == "healthy"
        assert container.attrs["NetworkSettings"]["Ports"]["8080/tcp"] == [{"HostIp": "127.0.0.1", "HostPort": "8080"}]
    finally:
        composed.end()


def test_wrong_bytes_and_a_missing_secret_stop_the_start(lab: Lab, tmp_path: Path, served: tuple[Path, str]) -> None:
    """What fetches fails, and the program is never started; without its secret nothing is."""
    folder, address = served
    (folder / "net.bin").write_text("weights")
    composed = Composed(lab, tmp_path, f"{address}/net.bin", sha256(b"weights").hexdigest())
    try:
        composed.project.build("--lock")
        (folder / "net.bin").write_text("others")
        without = composed.compose("up", "--detach", API_KEY="")
        assert without.returncode != 0
        assert "API_KEY" in without.stderr
        started = composed.compose("up", "--detach", "--wait")
        assert started.returncode != 0
        assert "has other bytes" in composed.compose("logs", "fetch-net").stdout
        assert composed.compose("ps", "--quiet", "--status", "running").stdout == ""
    finally:
        composed.end()


def test_another_reader_of_yaml_reads_the_same(lab: Lab, tmp_path: Path) -> None:
    """Compose is written in Go and reads YAML 1.2; it shows what it understood as JSON."""
    words = [
        "python",
        *(one for one in NASTY if one),
        *["no", "On", "1e3", "0o14", "0x1F", "12:30", "~", "2026-11-24", ".inf", "-a", "*a", "@a", "%a"],
    ]
    text = program(f"run {' '.join(map(literal, words))}", f"target compose < set ONE {literal(NASTY[11])} >")
    (tmp_path / "compose.yaml").write_text(compiled(text).files["compose.yaml"], encoding="utf-8")
    finished = subprocess.run(
        ["docker", "compose", "config", "--format", "json"],
        cwd=tmp_path,
        env=dict(lab.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    found = json.loads(finished.stdout)["services"]["train"]
    assert [word.replace("$$", "$") for word in found["command"]] == words
    assert found["environment"]["ONE"].replace("$$", "$") == NASTY[11]
