"""Which engine a worker of pytest-xdist has: one of its own, since tests look at what their engine has in its cache."""

from __future__ import annotations

from collections.abc import Mapping

import pytest


def workers(environment: Mapping[str, str]) -> int:
    """Return how many processes run tests, this one among them."""
    return int(environment.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def own_engine(environment: Mapping[str, str]) -> str:
    """Return the address of this process's engine: `DOCKER_HOST` if it is alone, else the one with its number.

    Fails the test that asks when there are more workers than engines.
    """
    if workers(environment) == 1:
        return environment["DOCKER_HOST"]
    engines = environment.get("ENVC_LAB_ENGINES", environment["DOCKER_HOST"]).split()
    number = int(environment["PYTEST_XDIST_WORKER"].removeprefix("gw"))
    if number < len(engines):
        return engines[number]
    counted = f"{len(engines)} engine{'s' if len(engines) > 1 else ''}"
    pytest.fail(
        f"worker {number + 1} has no engine of its own: the lab has {counted}, and two workers cannot share one. "
        f"`pytest -n {len(engines)}`, or start more: `tests/lab/up --engines {max(number + 1, workers(environment))}`",
        pytrace=False,
    )
