"""Modules of the library in real containers: what they start answers, and what they set is read."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.engine.project import Project, empty_project, image_holds, until
from tests.engine.running import health, running

if TYPE_CHECKING:
    from docker.models.containers import Container

    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

SERVER = '''\
"""A ranker that is well until it is told otherwise."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

server = grpc.server(ThreadPoolExecutor(4))
state = health.HealthServicer()
health_pb2_grpc.add_HealthServicer_to_server(state, server)
for name in ("", "ranker.Ranker"):
    state.set(name, health_pb2.HealthCheckResponse.SERVING)
signal.signal(signal.SIGUSR1, lambda *_: state.set("ranker.Ranker", health_pb2.HealthCheckResponse.NOT_SERVING))
signal.signal(signal.SIGTERM, lambda *_: server.stop(0))
server.add_insecure_port(f"0.0.0.0:{os.environ['PORT']}")
server.start()
server.wait_for_termination()
'''


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Iterator[Project]:
    with empty_project(lab, tmp_path / "project", "words") as one:
        yield one


def built(lab: Lab, project: Project, uses: str, *items: str) -> Project:
    """Write a program that uses a module, lock it and build it."""
    lines = ["python 3.12", f'labels session "{lab.session}"', *items]
    block = "".join(f"  {line}\n" for line in lines)
    project.program.write_text(f"use {uses}\n\nenv words <\n{block}>\n")
    project.build("--lock")
    return project


def said(container: Container, *command: str) -> bytes:
    output = container.exec_run(list(command)).output
    assert isinstance(output, bytes)
    return output


def asked(project: Project, code: str) -> Any:
    finished = project.envc("run", "--", "python", "-c", code)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_a_grpc_server_is_asked_by_its_own_protocol(lab: Lab, project: Project) -> None:
    """The service's state decides, not whether the port answers; nobody is root."""
    (project.folder / "ranker").mkdir()
    (project.folder / "ranker" / "server.py").write_text(SERVER)
    item = 'serve.grpc server "ranker.server" port 9000 service "ranker.Ranker"'
    built(lab, project, "serve.grpc", item, 'copy "ranker"')
    check = project.manifest["health"]["command"]
    with running(lab, project, 9000) as (container, _):
        until(lambda: health(container) == "healthy", "healthy", 60)
        assert said(container, "id", "-u").split() == [b"1000"]
        assert container.exec_run(check).exit_code == 0
        container.kill("SIGUSR1")
        until(lambda: container.exec_run(check).exit_code == 1, "the service does not serve any more", 30)
        whole = ["" if word == "ranker.Ranker" else word for word in check]
        assert container.exec_run(whole).exit_code == 0, "the server as a whole still serves"
        unknown = ["ranker.Other" if word == "ranker.Ranker" else word for word in check]
        assert container.exec_run(unknown).exit_code == 1, "a service that is not there"


def test_jupyter_lets_in_who_has_the_token(lab: Lab, project: Project) -> None:
    """Healthy without it, silent without it; it is in no image, and nobody is root."""
    token = secrets.token_hex(16)
    built(lab, project, "serve.jupyter", "serve.jupyter")
    with running(lab, project, 8888, JUPYTER_TOKEN=token) as (container, address):
        until(lambda: health(container) == "healthy", "healthy", 90)
        assert requests.get(f"{address}/api/contents", timeout=10).status_code == 403
        wrong = {"Authorization": "token 0000"}
        assert requests.get(f"{address}/api/contents", headers=wrong, timeout=10).status_code == 403
        login = {"Authorization": f"token {token}"}
        made = requests.post(f"{address}/api/contents", json={"type": "notebook"}, headers=login, timeout=10)
        assert made.status_code == 201, "the folder is the user's"
        kernel = requests.post(f"{address}/api/kernels", json={}, headers=login, timeout=30)
        assert kernel.status_code == 201
        assert said(container, "id", "-u").split() == [b"1000"]
        assert token not in container.logs().decode()
    assert not image_holds(lab, project.image, token.encode())


def test_a_notebook_makes_up_its_token(lab: Lab, project: Project) -> None:
    built(lab, project, "notebook", "notebook port 9999")
    assert project.manifest["secrets"] == []
    with running(lab, project, 9999) as (container, address):
        until(lambda: health(container) == "healthy", "healthy", 90)
        assert requests.get(f"{address}/api/contents", timeout=10).status_code == 403
        assert "?token=" in container.logs().decode()


_MEMORY = """\
import ctypes, json, re, threading
library = ctypes.CDLL("libc.so.6")
library.malloc.restype = library.fopen.restype = ctypes.c_void_p
library.fopen.argtypes, library.fclose.argtypes = [ctypes.c_char_p] * 2, [ctypes.c_void_p]
library.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
gate = threading.Barrier(9)
def take():
    library.malloc(100000)
    gate.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for one in threads: one.start()
gate.wait()
for one in threads: one.join()
file = library.fopen(b"/tmp/malloc.xml", b"w")
library.malloc_info(0, file)
library.fclose(file)
print(json.dumps(len(re.findall("<heap nr=", open("/tmp/malloc.xml").read()))))
"""


def test_tune_memory_holds_the_c_library_to_its_arenas(lab: Lab, project: Project) -> None:
    """Eight threads that take memory share three pools; without the module each would have one of its own."""
    built(lab, project, "tune.memory", "tune.memory arenas 3")
    assert asked(project, _MEMORY) == 3
    assert int(lab.run(project.image, ["python", "-c", _MEMORY], environment={"MALLOC_ARENA_MAX": "64"})) > 3


_DEBUG = """\
import faulthandler, json, sys, tracemalloc
print(json.dumps([tracemalloc.get_traceback_limit(), faulthandler.is_enabled(), hasattr(sys, "_debugmallocstats")]))
"""


def test_tune_memory_debug_is_read_by_python(lab: Lab, project: Project) -> None:
    """Allocations are traced, a crash shows where all threads are, and a damaged block is found when it is freed."""
    built(lab, project, "tune.memory.debug", "tune.memory.debug frames 7")
    assert asked(project, _DEBUG) == [7, True, True]
    damage = (
        "import ctypes; p = ctypes.pythonapi; p.PyMem_Malloc.restype = ctypes.c_void_p; "
        "p.PyMem_Malloc.argtypes = [ctypes.c_size_t]; p.PyMem_Free.argtypes = [ctypes.c_void_p]; "
        "block = p.PyMem_Malloc(8); ctypes.memset(block, 1, 9); p.PyMem_Free(block)"
    )
    finished = project.envc("run", "--", "python", "-c", damage)
    assert finished.returncode == 134, "it aborts"
    assert "bad trailing pad byte" in finished.stderr
    assert "Current thread" in finished.stderr


_HUB = """\
import json, os
from huggingface_hub import constants
place = os.path.join(constants.HF_HOME, "probe")
open(place, "w").write("kept")
print(json.dumps([constants.HF_HOME, constants.HF_HUB_OFFLINE, constants.HF_HUB_DISABLE_TELEMETRY]))
"""


def test_the_hub_keeps_what_it_downloads_where_the_volume_is(lab: Lab, project: Project) -> None:
    item = 'cache.huggingface at "/cache/models" offline 1'
    built(lab, project, "cache.huggingface", item, "pip huggingface-hub")
    (project.folder / "models").mkdir(mode=0o777)
    (project.folder / "models").chmod(0o777)
    finished = project.envc("run", "--mount", "huggingface=models", "--", "python", "-c", _HUB)
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == ["/cache/models", True, True]
    assert (project.folder / "models" / "probe").read_text() == "kept"
