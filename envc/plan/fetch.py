"""Data that is downloaded and checked before the container's work begins."""

from __future__ import annotations

from envc.plan.plan import Plan, PlannedArtifact

#: Takes an address, a SHA-256 and a path. What is there already is checked, not downloaded again; what was
#: downloaded gets its final name only when its bytes are the right ones.
_FETCH = """\
import hashlib, os, sys, urllib.request
address, expected, path = sys.argv[1:]
def digest(name):
    found = hashlib.sha256()
    with open(name, "rb") as stream:
        while block := stream.read(1 << 20):
            found.update(block)
    return found.hexdigest()
if not (os.path.exists(path) and digest(path) == expected):
    part = path + ".part"
    try:
        urllib.request.urlretrieve(address, part)
        found = digest(part)
        if found != expected:
            sys.exit(f"{address} has other bytes: sha256 {found}, expected {expected}")
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)
"""


def fetched(plan: Plan) -> list[PlannedArtifact]:
    """Return the data and weights that are to be fetched."""
    return [artifact for artifact in plan.data if artifact.delivery == "fetched"]


def fetch_command(artifact: PlannedArtifact) -> tuple[str, ...]:
    """Return the command that fetches into the mounted place: needs nothing in the image but its Python."""
    address = artifact.location or ""
    name = address.partition("?")[0].rstrip("/").rsplit("/", 1)[-1] or artifact.name
    return ("python", "-c", _FETCH, address, artifact.sha256 or "", f"{artifact.path}/{name}")
