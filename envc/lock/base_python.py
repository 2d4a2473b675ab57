"""The Python that a base image brings, with the packages in it. Only values; `envc/resolvers/base_python` reads it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from envc.lock.python_host import PythonHost
from envc.lock.resolution import Given, Progress


class BasePython(NamedTuple):
    """The Python that `python` starts in a container of a base."""

    program: str  # `/usr/bin/python`
    version: str  # `3.12.3`, or `3.12` where nothing says the patch
    whole: bool  # an environment made by it sees all its packages; or else only those of `folders`
    folders: tuple[str, ...]  # of packages that an environment made by it does not see by itself
    variables: tuple[str, ...]  # of the base, which would bend an installation: `PIP_CONSTRAINT`; sorted
    packages: tuple[Given, ...]  # sorted by name
    occupied: bool = False  # something of the base lies where the environment's own packages go
    unprivileged: bool = False  # its processes are not root's
    glibc: tuple[int, int] | None = None  # where the base says which it has
    searched: tuple[str, ...] = ()  # folders of its PYTHONPATH that hold packages: Python looks there first


class BasePythonReader(Protocol):
    """Reads what a base brings. Raises a `Report` when the base cannot be read."""

    def read(self, repository: str, digest: str, platform: str, progress: Progress) -> BasePython | None:
        """Return the base's Python, or None when it has none."""
        ...

    def system(self, repository: str, digest: str, platform: str, progress: Progress) -> PythonHost:
        """Return the base's system, which a Python may be copied into."""
        ...
