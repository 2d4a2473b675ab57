"""Mirrors of the Hub: from `ENVC_REGISTRY_MIRROR`, else from the Docker daemon, else from the daemon's own file."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from envc.resolvers.registry.authentication import Credentials
from envc.resolvers.registry.reference import with_scheme

VARIABLE = "ENVC_REGISTRY_MIRROR"
_ENGINE_SECONDS = 2
_SOCKET = "unix:///var/run/docker.sock"


class Mirror(NamedTuple):
    """A registry that holds copies of the Hub's images. `origin` says where it was configured, for messages."""

    address: str
    origin: str
    credentials: Credentials | None = None


def find_mirrors(environment: Mapping[str, str]) -> tuple[Mirror, ...]:
    """Return the mirrors to be asked before the Hub, best first.

    `ENVC_REGISTRY_MIRROR`, addresses with commas between them, stands in place of what the daemon says; empty, it means
    that no mirror is asked. The daemon is asked only when it runs on this machine: another machine's mirrors may not
    be reachable from here.
    """
    if VARIABLE in environment:
        parts = [part.strip() for part in environment[VARIABLE].split(",")]
        return tuple(read_mirror(part, f"`{VARIABLE}`") for part in parts if part)
    addresses = _from_engine(environment)
    if addresses is None:
        addresses = _from_files(_files(environment))
    return tuple(read_mirror(address, "the Docker daemon's `registry-mirrors`") for address in addresses)


def read_mirror(text: str, origin: str) -> Mirror:
    """Return the mirror that an address means. A name and secret in it go into the credentials, not the address."""
    scheme, _, rest = with_scheme(text).partition("://")
    server, slash, path = rest.partition("/")
    user, at, host = server.rpartition("@")
    name, _, secret = user.partition(":")
    credentials = Credentials(unquote(name), unquote(secret)) if at else None
    return Mirror(f"{scheme}://{host}{slash}{path}", origin, credentials)


def _from_engine(environment: Mapping[str, str]) -> Sequence[str] | None:
    """Return the mirrors of the engine on this machine; None when none answers quickly."""
    host = environment.get("DOCKER_HOST") or _SOCKET
    if host.startswith("unix://"):
        if not Path(host.removeprefix("unix://")).exists() and sys.platform != "win32":
            return None
    elif not host.startswith("npipe://"):
        return None
    import docker
    import docker.errors
    import requests

    try:
        client = docker.from_env(environment=dict(environment), timeout=_ENGINE_SECONDS)
        try:
            answer = client.info()
        finally:
            client.close()
    except (docker.errors.DockerException, requests.RequestException, OSError):
        return None
    return _strings((answer.get("RegistryConfig") or {}).get("Mirrors"))


def _files(environment: Mapping[str, str]) -> Sequence[Path]:
    """Return where a daemon's configuration lies: of the machine, then of a daemon without root."""
    own = environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path("/etc/docker/daemon.json"), Path(own) / "docker" / "daemon.json"


def _from_files(paths: Sequence[Path]) -> Sequence[str]:
    for path in paths:
        try:
            document = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(document, dict) and "registry-mirrors" in document:
            return _strings(document["registry-mirrors"])
    return ()


def _strings(value: object) -> Sequence[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
