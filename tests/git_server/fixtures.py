"""Fixtures of tests that ask for git repositories; a test module imports those that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.resolvers.git import Git
from tests.git_server import GitServer, Repository


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    """A server without repositories."""
    with GitServer(tmp_path / "served") as server:
        yield server


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """What asks it, with a cache of its own."""
    return Git(tmp_path / "cache")


@pytest.fixture
def library(server: GitServer) -> Repository:
    """A repository without commits."""
    return server.repository("library")
