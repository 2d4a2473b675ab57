"""Each process that runs engine tests has an engine to itself, or says that there is none left."""

from __future__ import annotations

import pytest

from tests.engine.workers import own_engine, workers

ENGINES = {"DOCKER_HOST": "unix:///one", "ENVC_LAB_ENGINES": "unix:///one unix:///two"}


def worker(number: int, count: int) -> dict[str, str]:
    return {"PYTEST_XDIST_WORKER": f"gw{number}", "PYTEST_XDIST_WORKER_COUNT": str(count)}


def test_each_worker_has_the_engine_with_its_number() -> None:
    assert [own_engine({**ENGINES, **worker(number, 2)}) for number in (0, 1)] == ["unix:///one", "unix:///two"]


@pytest.mark.parametrize("variables", [{}, worker(0, 1)])
def test_who_is_alone_has_the_one_that_docker_programs_take(variables: dict[str, str]) -> None:
    assert workers(variables) == 1
    assert own_engine({**ENGINES, "DOCKER_HOST": "tcp://another:1", **variables}) == "tcp://another:1"


def test_a_worker_without_an_engine_says_how_many_there_are_and_what_to_do() -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        own_engine({**ENGINES, **worker(2, 4)})
    assert "worker 3 has no engine of its own: the lab has 2 engines" in str(caught.value)
    assert "`pytest -n 2`" in str(caught.value)
    assert "`tests/lab/up --engines 4`" in str(caught.value)


def test_an_engine_that_was_given_is_the_only_one() -> None:
    given = {"DOCKER_HOST": "unix:///mine"}
    assert own_engine({**given, **worker(0, 2)}) == "unix:///mine"
    with pytest.raises(match="has 1 engine,"):
        own_engine({**given, **worker(1, 2)})
