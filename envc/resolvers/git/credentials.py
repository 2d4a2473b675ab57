"""The credentials that this machine has for the host of a repository: git's own, and a netrc's. Nobody is asked."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from shutil import which

from envc.resolvers.artifacts.http import netrc_credentials
from envc.resolvers.git.command import run, variables_of
from envc.resolvers.registry.authentication import Credentials, basic


def authorisation_of(address: str, environ: Mapping[str, str]) -> str | None:
    """Return the value of the header `Authorization` for an address, or None where this machine has no credentials."""
    found = netrc_credentials(address) or _helpers_credentials(address, environ)
    return basic(found) if found else None


def _helpers_credentials(address: str, environ: Mapping[str, str]) -> Credentials | None:
    """Return what a credential helper of git's configuration has."""
    if not which("git", path=environ.get("PATH")):
        return None
    variables = {name: value for name, value in variables_of(environ).items() if name != "GIT_ASKPASS"}
    with tempfile.TemporaryDirectory(prefix="envc-git-") as nowhere:
        asked = run(("-c", "core.askPass=", "credential", "fill"), variables, nowhere, f"url={address}\n\n".encode())
    lines = asked.out.decode(errors="replace").splitlines() if asked.code == 0 else []
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    return Credentials(facts["username"], facts["password"]) if {"username", "password"} <= facts.keys() else None
