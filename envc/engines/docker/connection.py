"""The connection to the engine's API."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from envc.diagnostics import Report
from envc.diagnostics.diagnostic import world_failed
from envc.engines.protocol import EngineState

if TYPE_CHECKING:
    from docker import DockerClient

_TIMEOUT = 60  # seconds for a single answer; waiting for a container is not limited
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_UNIX = "unix://"


@contextmanager
def connected() -> Iterator[DockerClient]:
    """Yield a client, closed at the end; failures of the engine become a Report. Raises a Report: `no-engine`."""
    import requests
    from docker.errors import APIError, DockerException

    client = _client()
    try:
        yield client
    except APIError as error:
        raise world_failed("engine-failed", f"the Docker engine answers: {said(error)}") from None
    except (DockerException, requests.RequestException) as error:
        raise world_failed("engine-failed", f"the Docker engine does not answer any more: {one_line(error)}") from None
    finally:
        client.close()


def state() -> EngineState:
    """Ask the engine what it is. Raises nothing."""
    try:
        with connected() as client:
            information: dict[str, Any] = client.info()
            version = str(client.version()["Version"]).partition("+")[0]
            local = address().startswith(_UNIX) and sys.platform.startswith("linux")
    except Report as report:
        return EngineState("docker", answers=False, reason="; ".join(one.message for one in report.diagnostics))
    machine = str(information.get("Architecture", ""))
    platform = f"{information.get('OSType', 'linux')}/{_MACHINES.get(machine, machine)}"
    security = " ".join(information.get("SecurityOptions") or ())
    other_users = any(word in security for word in ("name=rootless", "name=userns"))
    desktop = "Docker Desktop" in str(information.get("OperatingSystem"))
    return EngineState("docker", True, version, platform, same_users=local and not other_users and not desktop)


def address() -> str:
    """Return the engine's address, as DOCKER_HOST or Docker's current context has it."""
    return str(_parameters().get("base_url") or f"{_UNIX}/var/run/docker.sock")


def said(error: Any) -> str:
    """Return what the engine says in an error of its API, as one line."""
    return one_line(error.explanation or error)


def one_line(error: object) -> str:
    """Return a text on one line, without a final period."""
    return " ".join(str(error).split()).rstrip(".")


def _parameters() -> dict[str, Any]:
    """Return what the client is made with: DOCKER_HOST and its companions, else Docker's current context."""
    import os

    from docker.context import ContextAPI
    from docker.utils import kwargs_from_env

    parameters: dict[str, Any] = {**kwargs_from_env()}
    if parameters.get("base_url"):
        return parameters
    context = ContextAPI.get_context(os.environ.get("DOCKER_CONTEXT"))
    host: str | None = getattr(context, "Host", None)
    if host:
        parameters |= {"base_url": host, "tls": getattr(context, "TLSConfig", None) or False}
    return parameters


def _client() -> DockerClient:
    import requests
    from docker import DockerClient
    from docker.errors import DockerException

    try:
        parameters = _parameters()
        where = str(parameters.get("base_url") or f"{_UNIX}/var/run/docker.sock").replace("http+unix://", _UNIX)
        _knock(where)
        return DockerClient(**parameters, timeout=_TIMEOUT, use_ssh_client=where.startswith("ssh://"))
    except (DockerException, requests.RequestException, OSError) as error:
        raise no_engine(error) from None


def _knock(where: str) -> None:
    """See whether somebody listens at a socket; the client would leave its own socket open when nobody does."""
    if not where.startswith(_UNIX):
        return
    import socket

    with socket.socket(socket.AF_UNIX) as knocking:
        knocking.settimeout(_TIMEOUT)
        knocking.connect(where.removeprefix(_UNIX))


def no_engine(error: object = None) -> Report:
    """Return the report of an engine that does not answer."""
    reason = one_line(getattr(error, "strerror", None) or error or "").lower()
    asked = f"it was asked at the address that DOCKER_HOST or Docker's context names: {reason}"
    return world_failed(
        "no-engine",
        "no Docker engine answers",
        notes=(asked,) if reason else (),
        helps=("`docker version` shows what the client reaches", "start the engine, or set DOCKER_HOST to another one"),
    )
