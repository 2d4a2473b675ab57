"""`envc build` with a real engine, with none, and interrupted."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pty
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envc import engines
from envc.diagnostics import Report
from envc.engines.docker.image import made_by
from envc.engines.protocol import BuildRequest, Event, Step
from tests.engine.project import Project, built, copied, errors, image_holds, processes_with, until

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

PYTHON = "python:3.12-slim-bookworm"
FILES = [
    "Dockerfile",
    "Dockerfile.dockerignore",
    "compose.yaml",
    "kubernetes.yaml",
    "plan.json",
    "requirements.txt",
    "run.json",
]


@pytest.fixture
def serve(lab: Lab, request: pytest.FixtureRequest) -> Project:
    """The example, built; tests leave it as it is."""
    return built(lab, "serve", request)


def states(said: dict[str, Any], word: str) -> list[str]:
    """Return how the steps ended that have a word in their name."""
    return [step["state"] for step in said["image"]["steps"] if word in step["name"]]


def files(project: Project) -> list[str]:
    return sorted(file.name for file in (project.folder / "build" / project.name).glob("*"))


def test_the_image_says_which_program_it_is_and_when_does_not_matter(lab: Lab, serve: Project) -> None:
    image = lab.docker.images.get(serve.image)
    hashes = serve.manifest["hashes"]
    assert image.labels["dev.envc.hash"] == hashes["reproducibility"]
    assert image.labels["dev.envc.environment-hash"] == hashes["environment"]
    assert serve.image == f"serve:{hashes['reproducibility'].removeprefix('sha256:')[:12]}"
    assert image.attrs["Created"] == "1980-01-01T00:00:00Z"
    assert files(serve) == FILES


def test_building_again_runs_no_step_and_gives_the_same_image(lab: Lab, serve: Project) -> None:
    before = lab.docker.images.get(serve.image).attrs["RootFS"]["Layers"]
    pulled = lab.docker.images.pull(PYTHON)
    said = serve.build("--tag", lab.tag("serve"))
    assert set(states(said, "] RUN ")) == {"cached"}
    assert said["image"]["tags"] == [serve.image, lab.tag("serve")]
    assert lab.docker.images.get(lab.tag("serve")).attrs["RootFS"]["Layers"] == before
    # Which layers are the base's, and not how large they are: of one that it shares with others the engine does not
    # always know the size.
    laid = {made_by(str(one["CreatedBy"])) for one in pulled.history()}
    base = [layer["made_by"] for layer in said["image"]["layers"] if layer["of_base"]]
    own = {layer["made_by"]: layer["size"] for layer in said["image"]["layers"] if not layer["of_base"]}
    history = {made_by(str(one["CreatedBy"])): one["Size"] for one in lab.docker.images.get(serve.image).history()}
    assert base
    assert set(base) <= laid
    assert own == {name: size for name, size in history.items() if size and name not in laid}


def test_a_change_of_code_installs_nothing_again(serve: Project, tmp_path: Path) -> None:
    project = serve.copy(tmp_path)
    (tmp_path / "src" / "wine" / "addition.py").write_text("ADDED = True\n")
    said = project.build()
    assert said["image"]["name"] != serve.image
    assert states(said, "pip --python") == ["cached"]
    assert set(states(said, "] RUN ")) == {"cached"}
    assert states(said, "[src, /app/src]") == ["done"]
    hashes = said["hashes"], serve.manifest["hashes"]
    assert hashes[0]["environment"] == hashes[1]["environment"]
    assert hashes[0]["reproducibility"] != hashes[1]["reproducibility"]


def test_on_no_terminal_there_is_a_plain_line_for_each_step_and_a_summary(serve: Project) -> None:
    finished = serve.envc("build")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == ""
    assert "\x1b" not in finished.stderr
    lines = finished.stderr.splitlines()
    assert any(line.startswith("   cached  [builder") for line in lines)
    assert f"built {serve.image}" in lines
    assert any("  the base image, docker.io/library/python:3.12" in line for line in lines)
    assert lines[-1] == "next: envc run serve.env"


def on_a_terminal(project: Project, *words: str, **variables: str) -> str:
    """Run `envc` with a terminal for stderr and return what it was sent."""
    master, terminal = pty.openpty()
    environment = {**project.environment, "TERM": "xterm-256color", "COLUMNS": "120", **variables}
    seen = b""
    with subprocess.Popen(
        project.words("build", *words), cwd=project.folder, env=environment, stdout=subprocess.DEVNULL, stderr=terminal
    ) as process:
        os.close(terminal)
        with contextlib.suppress(OSError):  # EIO: the other end is closed
            while chunk := os.read(master, 4096):
                seen += chunk
    os.close(master)
    assert process.returncode == 0, seen
    return seen.decode()


def test_a_terminal_shows_running_steps_and_bars_and_colour_only_when_wanted(serve: Project, tmp_path: Path) -> None:
    project = serve.copy(tmp_path)
    (tmp_path / "src" / "wine" / "terminal.py").write_text("SHOWN = True\n")
    shown = on_a_terminal(project, "--engine", "docker")
    project.images.add(project.image)
    assert "\x1b[32m" in shown  # green: a step is done
    assert "\x1b[?25l" in shown  # the cursor is hidden while lines move
    assert f"built {project.image}" in shown
    plain = on_a_terminal(project, "--engine", "docker", NO_COLOR="1")
    assert "\x1b[32m" not in plain
    assert f"built {project.image}" in plain


def test_a_missing_lock_is_an_error_with_the_command_that_makes_it(lab: Lab, tmp_path: Path) -> None:
    project = copied(lab, "serve", tmp_path / "serve")
    finished = project.envc("build")
    assert finished.returncode == 1
    assert errors(finished) == ["missing-lock"]
    assert "`envc lock serve.env`" in finished.stderr
    assert files(project) == []


def test_a_stale_lock_is_an_error_until_it_is_locked_again(serve: Project, tmp_path: Path) -> None:
    project = serve.copy(tmp_path)
    program = project.program.read_text()
    project.program.write_text(program.replace("uvicorn 0.54", "uvicorn 0.54; idna"))
    assert project.program.read_text() != program
    for words in ([], ["--frozen"]):
        finished = project.envc("build", *words)
        assert finished.returncode == 1
        assert errors(finished) == ["stale-lock"]
        assert "`envc lock serve.env`" in finished.stderr
    project.build("--lock")
    assert "idna" in project.lock["inputs"]["packages"]
    assert project.envc("build").returncode == 0


def test_without_an_engine_the_files_are_written_and_one_line_says_what_is_missing(
    serve: Project, tmp_path: Path
) -> None:
    project = serve.copy(tmp_path)
    for file in (tmp_path / "build" / "serve").iterdir():
        file.unlink()
    finished = project.envc("build", DOCKER_HOST="unix:///nowhere/docker.sock")
    assert finished.returncode == 0
    (line,) = finished.stderr.splitlines()
    assert "made no image" in line
    assert f"docker build -f build/serve/Dockerfile -t {serve.image} ." in line
    assert files(project) == FILES


@pytest.mark.parametrize("address", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
def test_a_named_engine_that_does_not_answer_is_an_error(serve: Project, address: str) -> None:
    finished = serve.envc("build", "--engine", "docker", DOCKER_HOST=address)
    assert finished.returncode == 3
    assert errors(finished) == ["no-engine"]
    assert finished.stdout == ""


def test_the_command_in_that_line_builds_the_same_image_without_envc(lab: Lab, serve: Project) -> None:
    tag = lab.tag("plain")
    command = ["docker", "build", "--quiet", "-f", "build/serve/Dockerfile", "-t", tag, "."]
    subprocess.run(command, cwd=serve.folder, env=dict(lab.environment), check=True, capture_output=True)
    layers = [lab.docker.images.get(name).attrs["RootFS"]["Layers"] for name in (tag, serve.image)]
    assert layers[0] == layers[1]


def test_without_the_client_there_is_no_buildkit(serve: Project, tmp_path: Path) -> None:
    finished = serve.envc("build", PATH=str(tmp_path))
    assert finished.returncode == 3
    assert errors(finished) == ["no-buildx"]
    assert "the program `docker` is not on PATH" in finished.stderr


def request(folder: Path, dockerfile: str, tag: str) -> BuildRequest:
    (folder / "Dockerfile").write_text(dockerfile)
    return BuildRequest(folder, folder / "Dockerfile", (tag,), "linux/amd64")


def test_a_failing_step_is_named_with_its_last_lines(lab: Lab, tmp_path: Path) -> None:
    dockerfile = f"FROM {PYTHON}\nRUN for n in $(seq 100); do echo line $n; done; echo last words >&2; exit 7\n"
    events: list[Event] = []
    with pytest.raises(Report) as caught:
        engines.engine("docker").build(request(tmp_path, dockerfile, lab.tag("failing")), events.append)
    (one,) = caught.value.diagnostics
    assert (one.name, caught.value.exit_code) == ("build-failed", 3)
    assert "[2/2] RUN for n in" in one.message
    assert "exit code 7" in one.notes
    assert "last words" in one.notes[-1]  # stdout and stderr arrive in no certain order
    assert "line 100" in one.notes[-1]
    assert "line 10\n" not in one.notes[-1]
    assert [event.state for event in events if isinstance(event, Step)][-1] == "failed"


def test_a_secret_reaches_its_step_and_no_layer(lab: Lab, tmp_path: Path) -> None:
    value = f"geheim-{secrets.token_hex(16)}"
    file = tmp_path / "pip.conf"
    file.write_text(value)
    mount = "--mount=type=secret,id=envc-pip,target=/etc/pip.conf"
    once = secrets.token_hex(16)  # a step that ran before is not run again for another secret
    dockerfile = f"FROM {PYTHON}\nRUN {mount} echo {once} > /once && sha256sum /etc/pip.conf > /seen\n"
    tag = lab.tag("secret")
    wanted = request(tmp_path, dockerfile, tag)._replace(secrets=(("envc-pip", file),))
    image = engines.engine("docker").build(wanted, lambda _: None)
    assert lab.run(tag, ["cat", "/seen"]).split()[0] == hashlib.sha256(value.encode()).hexdigest()
    assert value not in json.dumps(lab.docker.images.get(tag).attrs) + repr(image)
    known = hashlib.sha256(value.encode()).hexdigest().encode()  # the search finds what is there
    assert image_holds(lab, tag, value.encode(), known) == [known]


BUILD = """
import sys
from pathlib import Path
from envc import engines
from envc.engines.protocol import BuildRequest
folder = Path(sys.argv[1])
request = BuildRequest(folder, folder / "Dockerfile", (sys.argv[2],), "linux/amd64")
engines.engine("docker").build(request, lambda event: print(event, flush=True))
"""


def test_an_interrupted_build_leaves_no_process_behind(lab: Lab, tmp_path: Path) -> None:
    length = f"300.{secrets.randbelow(10**9)}"
    (tmp_path / "Dockerfile").write_text(f"FROM {PYTHON}\nRUN sleep {length}\n")
    command = [sys.executable, "-c", BUILD, str(tmp_path), lab.tag("slow")]
    with subprocess.Popen(
        command, env=dict(lab.environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        until(lambda: len(processes_with(f"sleep\0{length}")) > 0, "the step runs")
        assert processes_with(f"--file\0{tmp_path}")
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=20)
    assert "KeyboardInterrupt" in talk
    assert processes_with(f"--file\0{tmp_path}") == []
    until(lambda: processes_with(f"sleep\0{length}") == [], "the engine ends the step", 15)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_command_removes_what_it_wrote_for_the_build(
    serve: Project, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    configured = {"TMPDIR": str(tmp_path), "PIP_DEFAULT_TIMEOUT": "61"}
    with serve.started("build", "--no-cache", "--engine", "docker", **configured) as process:
        assert process.stderr is not None
        until(lambda: "] RUN " in process.stderr.readline(), "a step begins")  # type: ignore[union-attr]
        assert [path.name[:9] for path in tmp_path.glob("envc-pip-*/pip.conf")] == ["pip.conf"]
        process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode == code
    assert [path for path in tmp_path.iterdir() if path.name.startswith("envc-")] == []
    assert processes_with(f"--file\0{serve.folder}") == []


def test_a_base_that_no_registry_has_is_named(serve: Project, tmp_path: Path) -> None:
    """A digest that was taken away, or that the engine cannot reach: the image and the way on."""
    project = serve.copy(tmp_path / "project")
    lock = project.folder / "lockfiles" / "serve" / "lock.json"
    digest = project.lock["base"]["digest"]
    lock.write_text(lock.read_text().replace(digest, "sha256:" + "0" * 64))
    finished = project.envc("build", "--engine", "docker")
    assert (finished.returncode, errors(finished)) == (3, ["base-not-found"])
    assert project.lock["base"]["tag"] in finished.stderr
    assert "envc lock --upgrade" in finished.stderr
