"""A folder that the lab's containers and builder reach over HTTP."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.engine.conftest import Lab


@pytest.fixture(scope="session")
def gateway(lab: Lab) -> str:
    """The address at which containers find this machine."""
    return str(lab.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"])


@pytest.fixture
def served(gateway: str, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which containers find it."""
    with serving(tmp_path / "served", gateway) as one:
        yield one


@contextmanager
def serving(folder: Path, gateway: str) -> Iterator[tuple[Path, str]]:
    """Make a folder and serve it while the block runs."""
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name it has in the library
            """Say nothing."""

    server = ThreadingHTTPServer((gateway, 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://{gateway}:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
