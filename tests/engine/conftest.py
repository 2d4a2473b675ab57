"""The lab as the engine tests see it: a real Docker engine, a registry, and names that are cleaned up afterwards.

Every test in this folder carries the mark `engine`. When the engine does not answer, they fail; none is skipped.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envc.resolvers.pip_tools import settings_of_this_machine
from envc.resolvers.pip_tools.environment import environment
from envc.resolvers.settings import clean_environment

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container
    from docker.models.volumes import Volume

FOLDER = Path(__file__).parent
UP = FOLDER.parent / "lab" / "up"

#: What says that an engine is there already: its address, and the registry (host:port) that has its base images.
ADDRESSES = ("DOCKER_HOST", "ENVC_LAB_REGISTRY")

#: The label by which containers and volumes of a test session are found again; its value is the session's own.
LABEL = "dev.envc.test"

#: The kinds of manifest to ask a registry for; it answers with the one that it holds.
MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses by mark
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker("engine")


@dataclass(frozen=True)
class Lab:
    """A running engine and registry. What a test makes under the names given here is removed when the session ends."""

    docker: DockerClient
    registry: str  # host:port
    environment: Mapping[str, str]  # for subprocesses: finds the engine, the registry and the docker program
    session: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    pushed: set[str] = field(default_factory=set)  # repositories that were given out, without the registry

    @property
    def labels(self) -> dict[str, str]:
        """The labels to give to every container, volume and network that a test makes by itself."""
        return {LABEL: self.session}

    def tag(self, name: str) -> str:
        """Return an image tag that no other session uses. Its image and its containers are removed at the end."""
        return f"envc-test-{self.session}/{name}:test"

    def repository(self, name: str) -> str:
        """Return a repository of the lab's registry to push to. Its manifests are removed at the end."""
        self.pushed.add(f"envc-test-{self.session}/{name}")
        return f"{self.registry}/envc-test-{self.session}/{name}"

    def run(self, image: str, command: list[str] | None = None, **options: Any) -> str:
        """Run a container to its end and return what it wrote to stdout and stderr.

        Takes the options of `docker.containers.run`. Raises `docker.errors.ContainerError` when it fails.
        """
        output: bytes = self.docker.containers.run(
            image, command, remove=True, labels=self.labels, stdout=True, stderr=True, **options
        )
        return output.decode()

    def start(self, image: str, command: list[str] | None = None, **options: Any) -> Container:
        """Start a container in the background. Takes the options of `docker.containers.run`."""
        return self.docker.containers.run(image, command, detach=True, labels=self.labels, **options)

    def volume(self, name: str) -> Volume:
        """Make a volume of this session's own."""
        return self.docker.volumes.create(f"envc-test-{self.session}-{name}", labels=self.labels)

    def tags(self) -> list[str]:
        """Return the tags of all images. Not by `images.list`, which fails when another session removes one."""
        return [tag for image in self.docker.api.images() for tag in image["RepoTags"] or ()]

    def clean(self) -> None:
        """Remove every container, volume, network, image tag and pushed manifest of this session."""
        tags = [tag for tag in self.tags() if f"envc-test-{self.session}/" in tag]
        own: dict[str, str | list[str] | bool] = {"label": f"{LABEL}={self.session}"}
        containers = {one.id: one for one in self.docker.containers.list(all=True, filters=own)}
        for tag in tags:  # started by a program under test, which knows nothing of the label
            containers |= {one.id: one for one in self.docker.containers.list(all=True, filters={"ancestor": tag})}
        for container in containers.values():
            with contextlib.suppress(not_found()):  # it may be going away by itself
                container.remove(force=True, v=True)
        for volume in self.docker.volumes.list(filters=own):
            volume.remove(force=True)
        for network in self.docker.networks.list(filters=own):
            network.remove()
        for tag in tags:
            with contextlib.suppress(not_found()):
                self.docker.images.remove(tag, force=True)
        self.clean_registry()

    def clean_registry(self) -> None:
        """Remove what was pushed to this session's repositories."""
        import requests

        with requests.Session() as web:
            web.headers["Accept"] = ", ".join(MANIFESTS)
            for name in self.pushed:
                repository = f"http://{self.registry}/v2/{name}"
                for tag in web.get(f"{repository}/tags/list", timeout=10).json().get("tags") or ():
                    digest = web.head(f"{repository}/manifests/{tag}", timeout=10).headers["Docker-Content-Digest"]
                    web.delete(f"{repository}/manifests/{digest}", timeout=10).raise_for_status()


def not_found() -> type[Exception]:
    from docker.errors import NotFound

    return NotFound


def start_lab() -> dict[str, str]:
    """Start the lab, or find it running, and return the environment in which its programs work."""
    given = [name for name in ADDRESSES if os.environ.get(name)]
    if len(given) == len(ADDRESSES):
        return dict(os.environ)
    if given:
        both = " and ".join(ADDRESSES)
        pytest.fail(f"{given[0]} is set alone: set {both} to use your own engine, or neither", pytrace=False)
    script = 'exports=$("$0") && eval "$exports" && env -0'
    with tempfile.TemporaryFile("w+", encoding="utf-8") as talk:
        finished = subprocess.run(["bash", "-c", script, UP], stdout=subprocess.PIPE, stderr=talk, check=False)
        if finished.returncode != 0:
            talk.seek(0)
            end = "".join(talk.readlines()[-40:])
            pytest.fail(f"tests/lab/up failed with exit code {finished.returncode}:\n{end}", pytrace=False)
    return dict(entry.split("=", 1) for entry in finished.stdout.decode().split("\0") if entry)


def check_that_it_answers(environment: Mapping[str, str]) -> None:
    """Fail when the engine or the registry does not answer, in their own words."""
    import requests

    # Not `ping` of the SDK: when nobody listens it leaves its socket open, which is an error of its own here.
    asked = subprocess.run(
        ["env", "docker", "version"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    if asked.returncode != 0:
        pytest.fail(f"the engine at {environment['DOCKER_HOST']} does not answer: {asked.stderr}", pytrace=False)
    try:
        requests.get(f"http://{environment['ENVC_LAB_REGISTRY']}/v2/", timeout=10).raise_for_status()
    except requests.RequestException as error:
        pytest.fail(f"the registry does not answer: {error}", pytrace=False)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A running engine with registry; this process and its children find it in their environment."""
    import docker

    environment = start_lab()
    check_that_it_answers(environment)
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as at_end:
        for name in (*ADDRESSES, "PATH", "XTABLES_LIBDIR", "ENVC_LAB"):
            if name in environment:
                patch.setenv(name, environment[name])
        client = docker.DockerClient(base_url=environment["DOCKER_HOST"], timeout=120)
        at_end.callback(client.close)
        one = Lab(client, environment["ENVC_LAB_REGISTRY"], environment)
        at_end.callback(one.clean)
        yield one


@pytest.fixture(scope="session")
def resolver_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for `XDG_CACHE_HOME` with the resolver's environment, for tests whose index has no pip."""
    folder = tmp_path_factory.mktemp("cache")
    environment(folder / "envc", settings_of_this_machine(), clean_environment(os.environ), lambda _: None)
    return folder


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaves a container in the engine: the next one that counts them would, far from the cause."""
    if "lab" not in request.fixturenames:
        yield
        return
    lab: Lab = request.getfixturevalue("lab")
    before = set(unstarted_or_ended(lab))
    yield
    deadline = time.monotonic() + 60  # those of another session that uses the engine go away by themselves
    while left := {key: one for key, one in unstarted_or_ended(lab).items() if key not in before}:
        assert time.monotonic() < deadline, f"left in the engine: {left}"
        time.sleep(0.2)


def unstarted_or_ended(lab: Lab) -> dict[str, str]:
    """Return the containers that no test made by itself and that do not run, by id, with what they were to do."""
    found = lab.docker.api.containers(all=True, filters={"status": ["created", "exited", "dead"]})
    return {one["Id"]: f"{one['Image']} {one['Command']}" for one in found if LABEL not in one["Labels"]}
