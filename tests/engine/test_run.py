"""`envc run` with a real engine: everything that run.json says holds, and nothing is left behind."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from envc import engines
from envc.diagnostics import Report
from envc.engines.container import ContainerRequest, Graphics, Mount
from envc.engines.protocol import Runner
from tests.engine.project import Project, built, errors, image_holds, until

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

#: Where the files of secrets lie while they are needed, other programs' as well.
MEMORY = Path("/dev/shm")


@pytest.fixture
def serve(lab: Lab, request: pytest.FixtureRequest) -> Project:
    """The example, built; tests leave it as it is."""
    return built(lab, "serve", request)


@pytest.fixture
def sklearn(lab: Lab, request: pytest.FixtureRequest) -> Project:
    """The example, built; tests leave all but its output as it is."""
    return built(lab, "sklearn", request)


def containers(lab: Lab, project: Project) -> list[Any]:
    own: dict[str, str | list[str] | bool] = {"ancestor": project.image}
    return list(lab.docker.containers.list(all=True, filters=own, ignore_removed=True))


def content(path: Path) -> bytes:
    """Return what a file holds, or nothing when another program has taken it away."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def test_output_and_exit_code_are_the_programs_and_nothing_is_left(lab: Lab, serve: Project) -> None:
    code = "import sys; print('to stdout'); print('to stderr', file=sys.stderr); sys.exit(7)"
    finished = serve.envc("run", "--", "python", "-c", code)
    assert finished.returncode == 7
    assert finished.stdout == "to stdout\n"
    assert finished.stderr.endswith("to stderr\n")
    assert containers(lab, serve) == []


def test_bytes_pass_as_they_are(serve: Project) -> None:
    command = ["python", "-c", "import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000)"]
    finished = subprocess.run(
        serve.words("run", "--", *command),
        cwd=serve.folder,
        env=dict(serve.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    assert finished.stdout == bytes(range(256)) * 1000


def test_limits_are_those_of_the_program(lab: Lab, serve: Project) -> None:
    finished = serve.envc("run", "--detach", "--publish", "0:8080")
    container = lab.docker.containers.get(finished.stdout.strip())
    try:
        host = container.attrs["HostConfig"]
        assert host["Memory"] == 512 << 20
        assert host["NanoCpus"] == 1_000_000_000
        assert host["Init"] is True
        assert {one["HostIp"] for one in container.attrs["NetworkSettings"]["Ports"]["8080/tcp"]} == {"127.0.0.1"}
    finally:
        container.stop(timeout=5)
    until(lambda: containers(lab, serve) == [], "the engine removes it")


def test_sigterm_ends_a_server_in_under_a_second(lab: Lab, serve: Project) -> None:
    port = free_port()
    with serve.started("run", "--publish", f"{port}:8080") as process:
        until(lambda: answers(port), "the server answers")
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        (container,) = containers(lab, serve)
        state = lab.docker.api.wait(container.id, timeout=10)
        assert time.monotonic() - start < 1
        process.communicate(timeout=10)
    assert process.returncode == state["StatusCode"]
    assert containers(lab, serve) == []


def test_sigint_goes_to_the_program(serve: Project) -> None:
    code = "import signal,sys,time; signal.signal(2, lambda *_: sys.exit(9)); print('ready'); time.sleep(60)"
    with serve.started("run", "--", "python", "-c", code) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    assert process.returncode == 9


def test_the_third_signal_ends_a_program_that_does_not_listen(serve: Project) -> None:
    code = "import signal,time; signal.signal(15, signal.SIG_IGN); print('ready'); time.sleep(60)"
    with serve.started("run", "--", "python", "-c", code) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(3):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
        process.communicate(timeout=10)
    assert process.returncode == 137


def test_the_memory_limit_holds_and_is_said_to_have_been_passed(serve: Project) -> None:
    port = free_port()
    with serve.started("run", "--publish", f"{port}:8080") as process:
        until(lambda: answers(port), "the server answers")
        assert requests.post(f"http://127.0.0.1:{port}/memory?mib=100", timeout=20).ok
        with pytest.raises(requests.RequestException):
            requests.post(f"http://127.0.0.1:{port}/memory?mib=700", timeout=20)
        _, talk = process.communicate(timeout=20)
    assert process.returncode == 137
    finished = subprocess.CompletedProcess((), process.returncode, "", talk)
    assert errors(finished) == ["out-of-memory"]
    assert "512 MiB" in talk


def test_a_secret_is_a_file_and_a_variable_and_nowhere_else(lab: Lab, serve: Project, tmp_path: Path) -> None:
    value = f"geheim-{secrets.token_hex(16)}"
    code = (
        "import os; value = os.environ['API_TOKEN']; print(open('/run/secrets/api-token').read() == value, len(value))"
    )
    before = json.dumps(serve.manifest["hashes"])
    finished = serve.envc("run", "--", "python", "-c", code, API_TOKEN=value, TMPDIR=str(tmp_path))
    assert finished.stdout == f"True {len(value)}\n", finished.stderr
    said = serve.envc("build", "--json", API_TOKEN=value)
    assert json.dumps(json.loads(said.stdout)["hashes"]) == before
    image = lab.docker.images.get(serve.image)
    assert value not in finished.stderr + said.stdout + said.stderr
    assert value not in json.dumps(image.attrs) + json.dumps(image.history())
    known = b"Build the application; only"  # the search finds what is there
    assert image_holds(lab, serve.image, value.encode(), known) == [known]
    for file in serve.folder.rglob("*"):
        assert not file.is_file() or value.encode() not in file.read_bytes()
    assert list(tmp_path.glob("envc-*")) == []
    assert not any(value.encode() in content(path) for path in MEMORY.rglob("*") if path.is_file())


def test_a_secret_from_a_file_is_asked_for_by_the_server(serve: Project, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("open sesame\n")
    port = free_port()
    question = {"samples": [{"alcohol": 13.2}]}
    with serve.started("run", "--secret", f"api-token={tmp_path}/token", "--publish", f"{port}:8080") as process:
        until(lambda: answers(port), "the server answers")
        ask = f"http://127.0.0.1:{port}/predict"
        assert requests.post(ask, json=question, timeout=5).status_code == 401
        known = {"Authorization": "Bearer open sesame"}
        assert requests.post(ask, json=question, headers=known, timeout=5).status_code != 401
        process.send_signal(signal.SIGTERM)
        _, talk = process.communicate(timeout=10)
    assert "missing-secret" not in talk


def test_a_missing_secret_is_a_note_and_an_empty_one_is_given(serve: Project) -> None:
    look = ["--", "sh", "-c", "ls /run/secrets 2>&1; echo ${API_TOKEN-unset}"]
    without = {name: value for name, value in serve.environment.items() if name != "API_TOKEN"}
    finished = Project(serve.folder, serve.name, without).envc("run", *look)
    assert finished.returncode == 0
    assert "note[missing-secret]" in finished.stderr
    assert finished.stdout.splitlines()[-1] == "unset"
    assert "api-token" not in finished.stdout
    assert serve.envc("run", *look, API_TOKEN="").stdout == "api-token\n\n"


def test_in_the_background_the_secret_is_there_and_its_file_is_not(lab: Lab, serve: Project) -> None:
    before = set(MEMORY.iterdir())
    finished = serve.envc("run", "--detach", "--publish", "0:8080", API_TOKEN="open sesame")
    container = lab.docker.containers.get(finished.stdout.strip())
    try:
        # Those of other runs of envc come and go; its own would stay.
        until(lambda: {path for path in MEMORY.iterdir() if path.name.startswith("envc-")} <= before, "no file is left")
        assert container.exec_run(["cat", "/run/secrets/api-token"]).output == b"open sesame"
    finally:
        container.stop(timeout=5)
    until(lambda: containers(lab, serve) == [], "the engine removes it")


def test_an_image_that_was_not_built_is_an_error_with_the_command(serve: Project, tmp_path: Path) -> None:
    project = serve.copy(tmp_path)
    (tmp_path / "src" / "wine" / "unbuilt.py").write_text("UNBUILT = True\n")  # no other test builds this one
    finished = project.envc("run", "--arg", "MODEL_ENV=staging")
    assert finished.returncode == 1
    assert errors(finished) == ["image-not-built"]
    assert "`envc build serve.env --arg MODEL_ENV=staging`" in finished.stderr


def test_another_image_of_the_same_name_is_not_taken_for_it(lab: Lab, serve: Project, tmp_path: Path) -> None:
    project = serve.copy(tmp_path)
    (tmp_path / "src" / "wine" / "other.py").write_text("OTHER = True\n")
    assert project.envc("compile").returncode == 0
    name, tag = project.image.split(":")
    project.images.add(project.image)
    assert lab.docker.images.get(serve.image).tag(name, tag)
    finished = project.envc("run", "--", "true")
    assert finished.returncode == 1
    assert "was not made by envc from this program" in finished.stderr


def test_a_taken_port_is_the_engines_own_words(lab: Lab, serve: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finished = serve.envc("run", "--publish", f"{taken.getsockname()[1]}:8080")
    assert finished.returncode == 3
    assert errors(finished) == ["container-not-started"]
    assert containers(lab, serve) == []


def test_a_training_run_writes_its_output_and_cannot_write_its_data(sklearn: Project) -> None:
    finished = sklearn.envc("run")
    assert finished.returncode == 0, finished.stderr
    metrics = json.loads((sklearn.folder / "out" / "metrics.json").read_text())
    assert metrics["accuracy"] > 0.9
    assert metrics["made"]["environment"] == sklearn.manifest["hashes"]["reproducibility"]
    refused = sklearn.envc("run", "--", "sh", "-c", "echo x > /data/wine.csv")
    assert refused.returncode != 0
    assert "Read-only" in refused.stderr


def test_two_runs_write_the_same_bytes(sklearn: Project) -> None:
    models = []
    for _ in range(2):
        assert sklearn.envc("run").returncode == 0
        models.append((sklearn.folder / "out" / "model.json").read_bytes())
    assert models[0] == models[1]


def test_a_folder_of_somebody_else_is_written_as_its_owner(sklearn: Project, tmp_path: Path) -> None:
    """Root starts it; the folder is a user's, and so is what is left in it."""
    tmp_path.chmod(0o755)
    folder = tmp_path / "out"
    folder.mkdir(mode=0o755)
    os.chown(folder, 12345, 12345)
    finished = sklearn.envc("run", "--mount", f"output={folder}")
    assert finished.returncode == 0, finished.stderr
    assert {file.stat().st_uid for file in folder.iterdir()} == {12345}


def test_a_folder_that_cannot_be_written_stops_it_before_it_starts(sklearn: Project, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o755)
    finished = sklearn.envc("run", "--mount", f"output={folder}")
    assert finished.returncode == 1
    assert errors(finished) == ["unwritable-mount"]
    command = f"chmod g+wx {folder}"
    assert f"`{command}`" in finished.stderr
    subprocess.run(command.split(), check=True)
    assert sklearn.envc("run", "--mount", f"output={folder}").returncode == 0
    assert (folder / "model.json").is_file()


def test_a_missing_folder_for_output_is_made_and_missing_data_are_an_error(sklearn: Project, tmp_path: Path) -> None:
    finished = sklearn.envc("run", "--mount", f"output={tmp_path}/new/out")
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "new" / "out" / "model.json").is_file()
    finished = sklearn.envc("run", "--mount", f"wine={tmp_path}/nowhere")
    assert finished.returncode == 1
    assert errors(finished) == ["missing-mount"]
    assert f"{tmp_path}/nowhere" in finished.stderr
    assert not (tmp_path / "nowhere").exists()


def docker() -> Runner:
    engine = engines.engine("docker")
    assert isinstance(engine, Runner)
    return engine


def test_a_gpu_that_is_optional_is_left_out_and_said(lab: Lab, serve: Project) -> None:
    told: list[str] = []
    request = ContainerRequest(serve.image, command=("true",), gpus=Graphics(None, optional=True))
    assert docker().run(request, told.append).exit_code == 0
    assert told == ["the engine has no GPU, and the program's is optional: it starts without"]
    with pytest.raises(Report) as caught:
        docker().run(request._replace(gpus=Graphics(1, optional=False)), told.append)
    assert [one.name for one in caught.value.diagnostics] == ["no-gpu"]
    assert len(told) == 1
    assert containers(lab, serve) == []


def test_a_new_volume_can_be_written_by_the_programs_user(lab: Lab, serve: Project) -> None:
    name = f"envc-test-{lab.session}-output"
    mount = Mount("output", "volume", name, "/out", readonly=False)
    command = ("sh", "-c", "test $(id -u) = 1000 && echo written > /out/file")
    try:
        assert docker().run(ContainerRequest(serve.image, (mount,), command), print).exit_code == 0
        reading = ContainerRequest(serve.image, (mount._replace(readonly=True),), ("cat", "/out/file"))
        assert docker().run(reading, print).exit_code == 0
    finally:
        lab.docker.volumes.get(name).remove(force=True)


def test_a_volume_that_is_read_must_be_there(lab: Lab, serve: Project) -> None:
    name = f"envc-test-{lab.session}-nothing"
    request = ContainerRequest(serve.image, (Mount("clicks", "volume", name, "/clicks", readonly=True),), ("true",))
    with pytest.raises(Report) as caught:
        docker().run(request, print)
    assert [one.name for one in caught.value.diagnostics] == ["missing-data"]
    assert name not in {volume.name for volume in lab.docker.volumes.list()}
