"""The reproducibility hash: a Merkle tree over the plan's branches.

A branch's hash is SHA-256 over its canonical JSON (sorted keys, no blanks, ASCII); a root's is SHA-256 over the
canonical JSON of {branch: hash}. The environment hash leaves out `source`, `projects`, `run` and `targets`: what is
installed stays the same while code, command and place change.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, NamedTuple

from envc.plan.plan import Plan

BRANCHES = (
    "language",
    "base",
    "python",
    "apt",
    "packages",
    "data",
    "settings",
    "source",
    "stages",
    "run",
    "tools",
    "images",
    "provided",
    "targets",
    "built",
    "projects",
    "sources",
    "patches",
    "wheels",
    "programs",
    "toolchains",
    "conda",
)
#: Branches that the environment hash leaves out.
BESIDE_THE_ENVIRONMENT = {"source", "run", "targets", "projects"}


_ADDRESSES: Any = {
    "packages": {"__all__": {"address", "login"}},
    "built": {"__all__": {"archive": {"address", "login"}, "tools": {"__all__": {"address", "login"}}}},
    "apt": {
        "packages": {"__all__": {"address"}},
        "distributions": {"__all__": {"archives": {"__all__": {"address"}}, "repositories": {"__all__": {"address"}}}},
    },
    "conda": {"channels": {"__all__": {"address"}}},
}


class PlanHash(NamedTuple):
    """Both hashes and the branches they are made of, each `sha256:` and 64 digits."""

    environment: str
    reproducibility: str
    branches: tuple[tuple[str, str], ...]

    @property
    def short(self) -> str:
        """The first 12 digits of the reproducibility hash, for names."""
        return self.reproducibility.removeprefix("sha256:")[:12]


def canonical(value: object) -> str:
    """Return the one JSON text of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hash_of(plan: Plan) -> PlanHash:
    """Return the hashes of a plan."""
    # an index may move to another address or take another login, and stays the same index
    content = plan.model_dump(mode="json", include=set(BRANCHES), exclude=_ADDRESSES)
    branches = {branch: _digest(content[branch]) for branch in BRANCHES if branch in content}
    environment = {name: value for name, value in branches.items() if name not in BESIDE_THE_ENVIRONMENT}
    return PlanHash(_digest(environment), _digest(branches), tuple(branches.items()))


def _digest(value: object) -> str:
    return f"sha256:{sha256(canonical(value).encode()).hexdigest()}"
