"""Docker's own credentials: `auths`, `credsStore`, `credHelpers` of its `config.json`, in the order of Docker's client.

`DOCKER_AUTH_CONFIG` goes before them: the same `auths` in a variable, as runners of continuous integration give them.
Sources: docker/cli `cli/config/configfile/file.go` (which store is asked) and docker/docker-credential-helpers (how).
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envc.resolvers.registry.authentication import Credentials
from envc.resolvers.registry.reference import HUB, HUB_NAMES

#: The name under which Docker stores the Hub's credentials.
HUB_KEY = "https://index.docker.io/v1/"
#: Long enough for a keyring that asks its owner.
_HELPER_SECONDS = 30.0
#: A helper gives this name when the secret is a refresh token.
_TOKEN_USER = "<token>"  # noqa: S105 - a marker, not a secret


def find_credentials(registry: str, environment: Mapping[str, str]) -> Credentials | None:
    """Return what Docker's configuration holds for a registry (`docker.io`, `ghcr.io`, `127.0.0.1:5000`), or None.

    A configuration or helper that is broken or missing counts as none: a public image needs no credentials.
    """
    given = _from_auths(_variable(environment), registry)
    if given:
        return given
    configuration = _read_configuration(environment)
    keys = (HUB_KEY, HUB) if registry == HUB else (registry,)
    helpers = _table(configuration.get("credHelpers"))
    helper = next((helpers[key] for key in keys if key in helpers), None) or configuration.get("credsStore")
    if isinstance(helper, str) and helper:
        found = _ask_helper(helper, keys[0], environment)
        if found:
            return found
    return _from_auths(configuration, registry)


def _from_auths(configuration: Mapping[str, Any], registry: str) -> Credentials | None:
    auths = _table(configuration.get("auths"))
    named = {_host_of(key): _table(value) for key, value in auths.items() if _table(value)}
    return _from_entry(named.get(registry, {}))


def _variable(environment: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        return _table(json.loads(environment.get("DOCKER_AUTH_CONFIG") or "{}"))
    except ValueError:
        return {}


def _read_configuration(environment: Mapping[str, str]) -> Mapping[str, Any]:
    folder = environment.get("DOCKER_CONFIG")
    path = (Path(folder) if folder else Path.home() / ".docker") / "config.json"
    try:
        return _table(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _host_of(key: str) -> str:
    host = key.split("://", 1)[-1].split("/", 1)[0]
    return HUB if host in HUB_NAMES else host


def _from_entry(entry: Mapping[str, Any]) -> Credentials | None:
    if isinstance(entry.get("identitytoken"), str) and entry["identitytoken"]:
        return Credentials(_TOKEN_USER, entry["identitytoken"], refreshes=True)
    if isinstance(entry.get("registrytoken"), str) and entry["registrytoken"]:
        return Credentials(_TOKEN_USER, entry["registrytoken"], opens=True)
    try:
        username, colon, secret = b64decode(str(entry.get("auth", ""))).decode().partition(":")
    except ValueError:
        return None
    # Docker pads some passwords with zero bytes.
    secret = secret.rstrip("\0")
    return Credentials(username, secret) if colon and username and secret else None


def _ask_helper(helper: str, server: str, environment: Mapping[str, str]) -> Credentials | None:
    import shutil
    import subprocess

    # A helper is a name to be looked for, never a way to a file.
    program = (
        None
        if "/" in helper or "\\" in helper
        else shutil.which(f"docker-credential-{helper}", path=environment.get("PATH"))
    )
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the program that Docker itself is configured to run
            [program, "get"],
            input=server.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            timeout=_HELPER_SECONDS,
            check=True,
        )
        answer = _table(json.loads(done.stdout))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    username, secret = answer.get("Username"), answer.get("Secret")
    if not isinstance(username, str) or not isinstance(secret, str) or not secret:
        return None
    return Credentials(username, secret, refreshes=username == _TOKEN_USER)
