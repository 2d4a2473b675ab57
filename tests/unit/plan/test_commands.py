"""Commands that the plan writes, run as they are: health checks, fetching, and the `docker run` line."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from envc.language.facets import HealthCheck
from envc.plan.docker_command import docker_command
from envc.plan.fetch import fetch_command, fetched
from envc.plan.file_parts import PlannedArtifact
from envc.plan.health import health_command, plan_health, seconds
from tests.loopback import Loopback, Quiet
from tests.unit.lock.world import environment
from tests.unit.plan.planning import plan

BYTES = b"weights\n" * 1000
RIGHT = sha256(BYTES).hexdigest()


def run(command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run a command of the container with this Python."""
    assert command[0] == "python"
    environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return subprocess.run(
        [sys.executable, *command[1:]], capture_output=True, text=True, check=False, timeout=30, env=environ
    )


class Server(Loopback):
    """Answers by path, counts what was asked."""

    def __init__(self) -> None:
        super().__init__(type("Bound", (Answers,), {"owner": self}))
        self.asked: list[str] = []
        self.address = self.origin


class Answers(Quiet):
    owner: Server

    def do_GET(self) -> None:
        self.owner.asked.append(self.path)
        path = self.path.partition("?")[0]
        if path == "/slow":
            time.sleep(2)
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/healthz")
            self.end_headers()
            return
        known = {"/healthz": 200, "/slow": 200, "/files/net.bin": 200, "/files/short.bin": 200, "/created": 201}
        known["/files/slow.bin"] = 200
        self.send_response(known.get(path, 503 if path == "/busy" else 404))
        body = BYTES if path.endswith(("net.bin", "slow.bin")) else b"other"
        self.send_header("Content-Length", str(len(body) + (100 if path.endswith("short.bin") else 0)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # it was not waited for
            if path.endswith("slow.bin"):
                self.wfile.write(body[:100])
                time.sleep(0.7)
                body = body[100:]
            self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as one:
        yield one


def health(clause: str) -> tuple[str, ...]:
    check = environment(f"env train < python 3.12; health {clause} >").one(HealthCheck)
    assert check is not None
    return health_command(check)


def test_a_file_must_be_there_and_not_empty(tmp_path: Path) -> None:
    file = tmp_path / "a log"
    command = health(f'file "{file}"')
    assert run(command).returncode == 1
    file.touch()
    assert run(command).returncode == 1
    file.write_text("x")
    assert run(command).returncode == 0


def test_a_fresh_file_has_changed_lately(tmp_path: Path) -> None:
    file = tmp_path / "log"
    command = health(f'file "{file}" fresh 1m')
    assert run(command).returncode == 1
    file.write_text("x")
    assert run(command).returncode == 0
    old = time.time() - 61
    os.utime(file, (old, old))
    assert run(command).returncode == 1
    os.utime(file)
    file.write_text("")
    assert run(command).returncode == 1


def test_an_address_must_answer_below_400(server: Server) -> None:
    expected = {"/healthz": 0, "/created": 0, "/moved": 0, "/busy": 1, "/nothing": 1}
    found = {path: run(health(f'http "{server.address}{path}"')).returncode for path in expected}
    assert found == expected


def test_an_answer_that_takes_too_long_and_a_port_where_nobody_listens(server: Server) -> None:
    assert run(health(f'http "{server.address}/slow" timeout 200ms')).returncode == 1
    with Server() as closed:
        address = closed.address
    assert run(health(f'http "{address}/healthz"')).returncode == 1


def test_a_command_is_run_as_it_is() -> None:
    command = health("command \"python -c 'import sys; sys.exit(7)'\"")
    assert command == ("python", "-c", "import sys; sys.exit(7)")
    assert run(command).returncode == 7


def test_times_of_a_check() -> None:
    check = environment('env train < python 3.12; health file "/x" every 15s timeout 1.5s start 10m retries 4 >').one(
        HealthCheck
    )
    assert check is not None
    found = plan_health(check)
    assert (found.interval, found.timeout, found.start, found.retries) == (15_000, 1_500, 600_000, 4)


@pytest.mark.parametrize(
    ("milliseconds", "text"), [(1, "0.001"), (1500, "1.5"), (30_000, "30"), (100, "0.1"), (60_010, "60.01")]
)
def test_seconds_without_needless_digits(milliseconds: int, text: str) -> None:
    assert seconds(milliseconds) == text


def artifact(address: str, folder: Path, digest: str = RIGHT) -> PlannedArtifact:
    clause = f'weights v1 of net from "{address}" sha256 {digest} fetched at "{folder}"'
    (found,) = fetched(plan(f"env train < python 3.12; {clause} >"))
    return found


@pytest.mark.parametrize("address", ["/files/net.bin", "/files/net.bin?token=a/b"])
def test_the_right_bytes_are_fetched_once(server: Server, tmp_path: Path, address: str) -> None:
    command = fetch_command(artifact(server.address + address, tmp_path))
    assert run(command).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["net.bin"]
    assert (tmp_path / "net.bin").read_bytes() == BYTES
    assert len(server.asked) == 1
    assert run(command).returncode == 0
    assert len(server.asked) == 1


def test_wrong_bytes_leave_nothing_and_say_what_they_are(server: Server, tmp_path: Path) -> None:
    found = run(fetch_command(artifact(f"{server.address}/files/net.bin", tmp_path, "0" * 64)))
    assert found.returncode == 1
    assert f"sha256 {RIGHT}, expected {'0' * 64}" in found.stderr
    assert "Traceback" not in found.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/files/nothing.bin", "/files/short.bin"])
def test_a_download_that_fails_leaves_nothing(server: Server, tmp_path: Path, path: str) -> None:
    assert run(fetch_command(artifact(server.address + path, tmp_path))).returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_what_was_changed_by_hand_is_fetched_again(server: Server, tmp_path: Path) -> None:
    command = fetch_command(artifact(f"{server.address}/files/net.bin", tmp_path))
    (tmp_path / "net.bin").write_bytes(b"half a downl")
    left, going_on = tmp_path / "net.bin.1.part", tmp_path / "net.bin.2.part"
    left.write_bytes(b"left by a killed one")
    going_on.write_bytes(b"another container writes to it")
    os.utime(left, (time.time() - 700,) * 2)
    assert run(command).returncode == 0
    assert (tmp_path / "net.bin").read_bytes() == BYTES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.bin", "net.bin.2.part"]


def test_two_containers_may_fill_one_volume_at_once(server: Server, tmp_path: Path) -> None:
    """Each writes to a file of its own until it is whole; neither sees the other's half."""
    command = fetch_command(artifact(f"{server.address}/files/slow.bin", tmp_path))
    processes = [subprocess.Popen([sys.executable, *command[1:]], stderr=subprocess.PIPE) for _ in range(3)]
    seen = set()
    while any(process.poll() is None for process in processes):
        seen |= {len(list(tmp_path.glob("slow.bin.*.part")))}
        assert not (tmp_path / "slow.bin").exists() or (tmp_path / "slow.bin").read_bytes() == BYTES
    assert [process.communicate()[1] for process in processes] == [b""] * 3
    assert [process.returncode for process in processes] == [0] * 3
    assert max(seen) > 1, "they did not overlap"
    assert [path.name for path in tmp_path.iterdir()] == ["slow.bin"]
    assert (tmp_path / "slow.bin").stat().st_mode & 0o777 == 0o644


RUN = """
env train <
  python 3.12
  gpu cuda 12.6 count 2
  limit memory 2GiB cpu 1.5
  shm 1GiB
  expose 8080; expose 53/udp
  secret api-key as API_KEY; secret client.cert
  data v1 of wine from "some data/of $mine" mounted at "/data with blank"
  data v1 of runs from "runs" mounted writable at "/out"
  data V2 of big mounted at "/big"
  weights v1 of net from "https://example.com/net.bin?a=b&c=d" sha256 {digest} fetched at "/net"
>
"""


def words_of_docker(line: str, folder: Path, **variables: str) -> list[list[str]]:
    """Run a line in a real shell, with a `docker` that writes down what it is called with."""
    log = folder / "log"
    docker = folder / "docker"
    docker.write_text('#!/bin/sh\nprintf "%s\\036" "$@" >> "$LOG"\nprintf "\\035" >> "$LOG"\n')
    docker.chmod(0o755)
    environ = {"PATH": f"{folder}:/usr/bin:/bin", "LOG": str(log), **variables}
    subprocess.run(["sh", "-c", line], cwd=folder, env=environ, check=True)
    return [call.split("\x1e")[:-1] for call in log.read_text().split("\x1d")[:-1]]


def test_a_shell_reads_the_docker_line_as_it_was_meant(tmp_path: Path) -> None:
    found = plan(RUN.format(digest=RIGHT), program="jobs/train.env")
    folder = tmp_path / "it's a project"
    folder.mkdir()
    line = docker_command(found, "train:abc")
    fetching, running = words_of_docker(line, folder, CLIENT_CERT_FILE="/secrets/client cert")
    (net,) = fetched(found)
    mount = "type=volume,source=net._v1,target=/net"
    assert fetching == ["run", "--rm", "--mount", mount, "train:abc", *fetch_command(net)]
    assert running[:3] == ["run", "--rm", "--init"]
    assert running[-1] == "train:abc"
    options = list(zip(running[3:-1:2], running[4:-1:2], strict=True))
    assert options == [
        ("--gpus", "2"),
        ("--memory", str(2 * 2**30)),
        ("--cpus", "1.5"),
        ("--shm-size", str(2**30)),
        ("--publish", "127.0.0.1:53:53/udp"),
        ("--publish", "127.0.0.1:8080:8080"),
        ("--env", "API_KEY"),
        ("--mount", "type=volume,source=big._V2,target=/big,readonly"),
        ("--mount", f"type=bind,source={folder}/jobs/runs,target=/out"),
        ("--mount", f"type=bind,source={folder}/jobs/some data/of $mine,target=/data with blank,readonly"),
        ("--mount", "type=volume,source=net._v1,target=/net,readonly"),
        ("--mount", "type=bind,source=/secrets/client cert,target=/run/secrets/client.cert,readonly"),
    ]


def test_the_docker_line_stops_where_a_secret_is_not_given(tmp_path: Path) -> None:
    line = docker_command(plan("env train < python 3.12; secret token >"), "train:abc")
    with pytest.raises(subprocess.CalledProcessError):
        words_of_docker(line, tmp_path)
    assert not (tmp_path / "log").exists()


def test_wrong_bytes_stop_the_docker_line(tmp_path: Path) -> None:
    """What fetches fails, and what would start is never called."""
    line = docker_command(plan(RUN.format(digest=RIGHT)), "train:abc")
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\necho "$@" >> "$LOG"\nexit 1\n')
    docker.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "LOG": str(tmp_path / "log"), "CLIENT_CERT_FILE": "/x"}
    assert subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environ, check=False).returncode == 1
    assert (tmp_path / "log").read_text().count("run --rm") == 1


def test_a_plain_environment_needs_no_options() -> None:
    line = docker_command(plan("env train < python 3.12 >"), "train:abc")
    assert shlex.split(line) == ["docker", "run", "--rm", "--init", "train:abc"]


@pytest.mark.parametrize(("clause", "words"), [("gpu", ["--gpus", "all"]), ("gpu optional", [])])
def test_gpus_are_given_unless_they_are_optional(clause: str, words: list[str]) -> None:
    line = docker_command(plan(f"env train < python 3.12; {clause} >"), "train:abc")
    assert shlex.split(line) == ["docker", "run", "--rm", "--init", *words, "train:abc"]
