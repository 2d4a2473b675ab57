"""An engine that answers with an error or breaks off: a server on a socket, speaking HTTP as an engine does."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any

import pytest

from envc import engines
from envc.cli import main
from envc.diagnostics import Report
from envc.engines.protocol import BuildRequest, Built, EngineState, Listen, Runner


class Handler(BaseHTTPRequestHandler):
    """Knows its version and two images: one that makes it fail, and one that makes it die."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.endswith("/version"):
            self.answer(200, {"ApiVersion": "1.44", "Version": "25.0.1+office"})
        elif self.path.endswith("/info"):
            self.answer(200, {"OSType": "linux", "Architecture": "aarch64", "SecurityOptions": ["name=rootless"]})
        elif "/images/failing" in self.path:
            self.answer(500, {"message": "the disk is on\n fire."})
        else:
            self.close_connection = True

    def answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    """Docker, with DOCKER_HOST at the server."""
    path = str(tmp_path / "docker.sock")
    with Server(path, Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        engine = engines.engine("docker")
        assert isinstance(engine, Runner)
        yield engine
        server.shutdown()
        thread.join()


def test_it_says_what_it_is(docker: Runner) -> None:
    state = docker.state()
    assert str(state) == "docker 25.0.1 (linux/arm64)"
    assert not state.same_users  # rootless: its users are not this machine's


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("failing", "the Docker engine answers: the disk is on fire"),
        ("dying", "the Docker engine does not answer any more"),
    ],
)
def test_a_failure_is_a_report_in_the_engines_words(docker: Runner, image: str, message: str) -> None:
    with pytest.raises(Report) as caught:
        docker.labels(image)
    (one,) = caught.value.diagnostics
    assert one.name == "engine-failed"
    assert one.message.startswith(message)
    assert caught.value.exit_code == 3


class Maker:
    """An engine that makes images only."""

    name = "maker"

    def state(self) -> EngineState:
        return EngineState(self.name, answers=True)

    def build(self, request: BuildRequest, listen: Listen) -> Built:
        raise NotImplementedError


def test_an_engine_that_only_makes_images_runs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from envc.cli.commands import run

    monkeypatch.setattr(engines, "engine", lambda _: Maker())
    with pytest.raises(Report) as caught:
        run._engine("maker")
    assert [one.name for one in caught.value.diagnostics] == ["no-runner"]


@pytest.mark.parametrize(
    ("words", "environment", "command"),
    [
        (["train.env", "--no-gpu", "--", "python", "--version", "--"], None, ["python", "--version", "--"]),
        (["train.env", "probe"], "probe", None),
        (["train.env", "probe", "--"], "probe", []),
    ],
)
def test_words_behind_two_dashes_are_the_command_and_not_the_environment(
    monkeypatch: pytest.MonkeyPatch, words: list[str], environment: str | None, command: list[str] | None
) -> None:
    from envc.cli.commands import run

    seen: list[argparse.Namespace] = []

    def take(options: argparse.Namespace) -> int:
        seen.append(options)
        return 0

    monkeypatch.setattr(run, "run", take)
    assert main.run(["run", *words]) == 0
    assert (seen[0].environment, seen[0].command) == (environment, command)
    assert "[-- COMMAND…]" in main._parser("run", run).format_usage()
