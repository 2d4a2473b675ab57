"""The examples, built and asked from inside: they are what program and lock say, and their health tells the truth."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.engine.project import Project, built, until

if TYPE_CHECKING:
    from docker.models.containers import Container

    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

SECOND = 1_000_000_000

#: Asked in the container; what it prints is JSON.
QUESTIONS = """
import glob, importlib.metadata, json, os, platform, shutil, sys
names = ("gcc", "cc", "g++", "make", "pip", "pip3", "ensurepip")
folders = ("/root/.cache", "/var/lib/apt/lists/*", "/var/cache/apt/*.bin", "/var/log/apt", "/tmp/*", "/requirements")
print(json.dumps({
    "ids": [os.getuid(), os.getgid()],
    "python": platform.python_version(),
    "prefix": sys.prefix,
    "packages": {one.metadata["Name"].lower().replace("_", "-").replace(".", "-"): one.version
                 for one in importlib.metadata.distributions()},
    "programs": [name for name in names if shutil.which(name)],
    "left": [path for folder in folders for path in glob.glob(folder)],
    "variables": dict(os.environ),
    "directory": os.getcwd(),
    "writable": [path for path in ("/", "/etc", "/opt/venv", "/app", "/usr/local/bin") if os.access(path, os.W_OK)],
    "home": os.access(os.environ["HOME"], os.W_OK),
    "compiled": sum(1 for _ in glob.iglob(sys.prefix + "/lib/**/*.pyc", recursive=True)) > 100,
}))
"""

#: Stops the training, which hangs from then on. The process is not looked for by name: the init process has it, too.
STOP = """
import os, signal
for name in filter(str.isdigit, os.listdir("/proc")):
    words = open(f"/proc/{name}/cmdline").read().split("\\0")
    if words[0].endswith("python") and "wine.train" in words:
        os.kill(int(name), signal.SIGSTOP)
"""


@pytest.fixture(params=["serve", "sklearn"])
def project(lab: Lab, request: pytest.FixtureRequest) -> Project:
    """Each example, built."""
    return built(lab, request.param, request)


def ask(project: Project, *words: str) -> dict[str, Any]:
    finished = project.envc("run", *words, "--", "python", "-c", QUESTIONS)
    assert finished.returncode == 0, finished.stderr
    return dict(json.loads(finished.stdout))


def test_inside_is_what_the_lock_says_and_nothing_that_only_building_needs(project: Project) -> None:
    found, lock, manifest = ask(project), project.lock, project.manifest
    assert found["ids"] == [1000, 0]
    assert found["python"] == lock["python"]["version"]
    assert found["prefix"] == "/opt/venv"
    assert found["packages"] == {name: one["version"] for name, one in lock["packages"].items()}
    assert found["programs"] == []
    assert found["left"] == []
    assert found["directory"] == manifest["working_directory"]
    assert found["variables"].items() >= manifest["variables"].items()
    assert found["variables"]["ENVC_HASH"] == manifest["hashes"]["reproducibility"]
    assert found["variables"]["ENVC_ENVIRONMENT_HASH"] == manifest["hashes"]["environment"]
    assert set(found["writable"]) <= {"/app"}
    assert found["home"]
    assert found["compiled"]


def test_any_other_user_works_too(project: Project) -> None:
    found = ask(project, "--user", "54321:0")
    assert found["ids"] == [54321, 0]
    assert found["home"]


def test_an_argument_chosen_at_build_time_is_in_the_container(lab: Lab, request: pytest.FixtureRequest) -> None:
    project = built(lab, "serve", request)
    said = project.build("--arg", "MODEL_ENV=staging")
    try:
        assert said["image"]["name"] != f"serve:{project.manifest['hashes']['reproducibility'][:12]}"
        assert ask(project, "--arg", "MODEL_ENV=staging")["variables"]["MODEL_ENV"] == "staging"
    finally:
        project.build()  # leaves the files of the ordinary build behind
    assert ask(project)["variables"]["MODEL_ENV"] == "test"


def health(container: Container) -> str:
    container.reload()
    return str(container.attrs["State"]["Health"]["Status"])


def often() -> dict[str, Any]:
    """The image's own health check, asked every half second and believed at once."""
    return {"interval": SECOND // 2, "retries": 1}


def test_a_server_is_healthy_until_it_is_broken(lab: Lab, request: pytest.FixtureRequest) -> None:
    project = built(lab, "serve", request)
    container = lab.start(project.image, init=True, ports={"8080/tcp": ("127.0.0.1", None)}, healthcheck=often())
    try:
        until(lambda: health(container) == "healthy", "healthy", 30)
        port = container.attrs["NetworkSettings"]["Ports"]["8080/tcp"][0]["HostPort"]
        assert requests.post(f"http://127.0.0.1:{port}/break", timeout=5).status_code == 204
        until(lambda: health(container) == "unhealthy", "unhealthy", 40)
        assert container.attrs["State"]["Running"]
    finally:
        container.remove(force=True)


def test_a_training_run_is_healthy_while_its_heart_beats(lab: Lab, request: pytest.FixtureRequest) -> None:
    project = built(lab, "sklearn", request)
    output = project.folder / "out"
    command = ["python", "-m", "wine.train", "--data", "/data/wine.csv", "--out", "/out", "--hold", "300"]
    volumes = {
        str(project.folder / "data"): {"bind": "/data", "mode": "ro"},
        str(output): {"bind": "/out", "mode": "rw"},
    }
    (output / "heartbeat").unlink(missing_ok=True)
    container = lab.start(project.image, command, init=True, volumes=volumes, healthcheck=often())
    try:
        until(lambda: health(container) == "healthy", "healthy", 40)
        assert container.exec_run(["python", "-c", STOP]).exit_code == 0
        long_ago = time.time() - 31  # the program allows 30 s, and a stopped one beats no more
        os.utime(output / "heartbeat", (long_ago, long_ago))
        until(lambda: health(container) == "unhealthy", "unhealthy", 40)
    finally:
        container.remove(force=True)
