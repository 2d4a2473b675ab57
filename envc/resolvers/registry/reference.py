"""Names of images: which registry a repository is in, and under which address and name it is asked for.

The rules are those of Docker's own references (`distribution/reference`): the first part is a registry when it has a
dot or a colon or is `localhost`, and the Hub's official images stand in `library/`.
"""

from __future__ import annotations

from typing import NamedTuple

from envc.language.hosts import is_loopback

HUB = "docker.io"
#: The Hub's name in references, its older name there, and the host that answers for it.
HUB_NAMES = frozenset({HUB, "index.docker.io", "registry-1.docker.io"})
HUB_ADDRESS = "https://registry-1.docker.io"


class Repository(NamedTuple):
    """A repository in full: `docker.io` and `library/python`."""

    registry: str
    name: str

    def __str__(self) -> str:
        return f"{self.registry}/{self.name}"


def read_repository(text: str) -> Repository:
    """Return the repository that a name without a tag means: `python` is `docker.io/library/python`."""
    first, slash, rest = text.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, rest = HUB, text
    if first in HUB_NAMES:
        first = HUB
        rest = rest if "/" in rest else f"library/{rest}"
    return Repository(first, rest)


def with_scheme(text: str) -> str:
    """Return an address with its scheme and without a trailing slash. Left out, it is https, or http on loopback."""
    if "://" not in text:
        server = text.partition("/")[0].rpartition("@")[2]
        host = server[1:].partition("]")[0] if server.startswith("[") else server.partition(":")[0]
        text = f"{'http' if is_loopback(host) else 'https'}://{text}"
    return text.rstrip("/")


def address_of(registry: str) -> str:
    """Return where a registry answers: its own name, save for the Hub."""
    return HUB_ADDRESS if registry == HUB else with_scheme(registry)
