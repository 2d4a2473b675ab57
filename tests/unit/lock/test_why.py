"""Every package can say because of what it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.compile import understand
from envc.diagnostics import Source
from envc.language.environment import Environment
from envc.lock.files import read
from envc.lock.model import Lock
from envc.lock.why import needed_name, why

ROOT = Path(__file__).parents[3]
PROGRAMS = {"train": "train.env", "sklearn/sklearn": "sklearn/sklearn.env", "serve/serve": "serve/serve.env"}


def lock_of(name: str) -> Lock:
    folder = ROOT / "lockfiles" / "examples" / name
    (locked,) = read({path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}, name).values()
    return locked.lock


def environment_of(name: str) -> Environment:
    path = ROOT / "examples" / PROGRAMS[name]
    return understand(Source(path.name, path.read_text(encoding="utf-8"))).environments[0]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_package_of_the_examples_has_a_reason_that_holds(name: str) -> None:
    """Each step names a package of the lock that really needs the next one."""
    lock, environment = lock_of(name), environment_of(name)
    requires = {package.name: package.requires for package in lock.packages}
    for package in lock.packages:
        reasons = why(lock, environment, package.name)
        assert reasons, package.name
        for reason in reasons:
            names = [reason.asked.name, *(needed_name(step.needs) for step in reason.steps)]
            assert names[-1] == package.name
            assert all(step.name == before for step, before in zip(reason.steps, names, strict=False))
            assert all(step.needs in requires[step.name] for step in reason.steps)


def test_the_shortest_chain_comes_first() -> None:
    reasons = why(lock_of("sklearn/sklearn"), environment_of("sklearn/sklearn"), "NumPy")
    assert [len(reason.steps) for reason in reasons] == [1, 1]
    assert [reason.asked.name for reason in reasons] == ["pandas", "scikit-learn"]
    assert reasons[0].steps[0].needs.startswith("numpy>=")


def test_what_the_program_asks_for_needs_no_step() -> None:
    assert why(lock_of("train"), environment_of("train"), "torch")[0].steps == ()


def test_a_package_that_is_not_there_has_no_reason() -> None:
    assert why(lock_of("train"), environment_of("train"), "numpy") == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("scipy>=1.8", "scipy"),
        ("uvicorn[standard]<1", "uvicorn"),
        ("Typing_Extensions", "typing-extensions"),
        ("a!=1", "a"),
    ],
)
def test_the_name_in_a_requirement(text: str, name: str) -> None:
    assert needed_name(text) == name
