"""The command that fetches from the Hub, run as it is against a stand-in on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.lock.artifacts import MeasuredArtifact
from envc.lock.source_tree import SourceTree
from envc.plan.docker_command import docker_command
from envc.plan.fetch import fetch_command, fetch_variables, fetched
from envc.plan.places import places_of
from envc.plan.plan import Plan
from envc.plan.planner import make_plan
from tests.unit.lock.world import PLATFORM, choose, environment, world
from tests.unit.resolvers.hub_server import HubServer
from tests.unit.resolvers.measuring import measured

FILES = {"config.json": b"{}", "model.safetensors": os.urandom(5000), "onnx/a b+ü.json": b"[]"}


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as running:
        running.repository().commit("main", FILES)
        yield running


def planned(found: MeasuredArtifact, folder: Path, path: str = "", more: str = "") -> Plan:
    """Plan a download of what was measured, as a lock holds it."""
    program = environment(
        f'env train < python 3.12; weights v1 of tiny from "hf://acme/tiny@main{path}" fetched at "{folder}"; {more} >'
    )
    locked = choose(program, PLATFORM, world(artifacts={"tiny": found}))
    return make_plan(program, locked, SourceTree(frozenset(), ()), places_of("train.env", "train"), {})


def run(plan: Plan, hub: HubServer, **variables: str) -> subprocess.CompletedProcess[str]:
    (artifact,) = fetched(plan)
    environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    command = [sys.executable, *fetch_command(artifact)[1:]]
    environ |= {"HF_ENDPOINT": hub.address, **variables}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, env=environ)


def there(folder: Path) -> dict[str, bytes]:
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_the_plan_names_the_commit(hub: HubServer, tmp_path: Path) -> None:
    """And not the branch, which others move."""
    found = measured("hf://acme/tiny@main", environ={"HF_ENDPOINT": hub.address})
    (artifact,) = planned(found, tmp_path).data
    assert artifact.location == f"hf://acme/tiny@{found.revision}"


@pytest.mark.parametrize("path", ["", "/onnx", "/config.json", "/model.safetensors"])
def test_what_was_locked_is_fetched_once(hub: HubServer, tmp_path: Path, path: str) -> None:
    """A repository, a folder, a small file and a big one; the second start asks nobody."""
    plan = planned(measured(f"hf://acme/tiny@main{path}", environ={"HF_ENDPOINT": hub.address}), tmp_path, path)
    hub.repository().commit("main", {"config.json": b"moved on"})
    hub.seen.clear()
    finished = run(plan, hub)
    assert finished.returncode == 0, finished.stderr
    single = path.lstrip("/")
    expected = {single: FILES[single]} if single in FILES else {"a b+ü.json": b"[]"} if path else FILES
    assert there(tmp_path) == expected
    asked = len(hub.seen)
    assert asked > 0
    assert run(plan, hub).returncode == 0
    assert len(hub.seen) == asked


def test_other_bytes_leave_nothing(hub: HubServer, tmp_path: Path) -> None:
    """The volume is as it was, and the message says what was expected."""
    found = measured("hf://acme/tiny@main", environ={"HF_ENDPOINT": hub.address})
    finished = run(planned(found._replace(sha256="0" * 64), tmp_path), hub)
    assert finished.returncode == 1
    assert f"expected sha256 {'0' * 64}" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert there(tmp_path) == {}


def test_a_damaged_file_is_fetched_again_and_what_a_killed_download_left_goes(hub: HubServer, tmp_path: Path) -> None:
    """What nobody has written to for a day belongs to nobody."""
    plan = planned(measured("hf://acme/tiny@main", environ={"HF_ENDPOINT": hub.address}), tmp_path)
    (tmp_path / ".envc-old").mkdir()
    (tmp_path / ".envc-old" / "half").write_bytes(b"x")
    os.utime(tmp_path / ".envc-old", (time.time() - 90_000,) * 2)
    (tmp_path / "config.json").write_bytes(b"damaged")
    assert run(plan, hub).returncode == 0
    assert there(tmp_path) == FILES


def test_the_token_of_a_secret_opens_what_is_private(hub: HubServer, tmp_path: Path) -> None:
    """It goes to the Hub and not to the host that files are given by; without it the message says the answer."""
    found = measured("hf://acme/tiny@main", environ={"HF_ENDPOINT": hub.address})
    hub.repository().private = True
    plan = planned(found, tmp_path, more="secret hub as HF_TOKEN")
    assert fetch_variables(plan, plan.data[0]) == ("HF_TOKEN",)
    assert "docker run --rm --env HF_TOKEN --mount" in docker_command(plan, "train:1")
    refused = run(plan, hub)
    assert refused.returncode == 1
    assert "401" in refused.stderr
    assert "Traceback" not in refused.stderr
    with HubServer() as other:
        other.repository().commits = hub.repository().commits
        hub.elsewhere = other.address.replace("127.0.0.1", "localhost")
        assert run(plan, hub, HF_TOKEN="hf_good").returncode == 0
        assert {authorization for _, authorization in other.seen} == {None}
    assert {authorization for _, authorization in hub.seen[-3:]} == {"Bearer hf_good"}
    assert there(tmp_path) == FILES


def test_a_token_is_for_the_hub_alone(tmp_path: Path) -> None:
    """Another host's download gets none."""
    text = 'env train < python 3.12; data v1 from "https://example.com/x" fetched; secret hub as HF_TOKEN >'
    program = environment(text)
    found = MeasuredArtifact(1, 1, "0" * 64)
    locked = choose(program, PLATFORM, world(artifacts={"data": found}))
    plan = make_plan(program, locked, SourceTree(frozenset(), ()), places_of("train.env", "train"), {})
    assert fetch_variables(plan, plan.data[0]) == ()
    fetch, _, start = docker_command(plan, "train:1").rpartition(" && ")
    assert ("HF_TOKEN" in fetch, "HF_TOKEN" in start) == (False, True)
