"""What the tests of the package resolver share: its environment, made once, and a way to ask it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.resolvers.pip_tools import PipTools, settings_of_this_machine
from envc.resolvers.pip_tools.environment import environment
from envc.resolvers.settings import clean_environment
from tests.index_server import Index
from tests.index_server.asking import Ask


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    environment(folder, settings_of_this_machine(), clean_environment(os.environ), lambda _: None)
    return folder


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as one:
        yield one


@pytest.fixture
def ask(cache: Path, request: pytest.FixtureRequest) -> Ask:
    """Ask pip-compile, or the resolver that a module gives."""
    return Ask(cache, getattr(request, "param", PipTools))
