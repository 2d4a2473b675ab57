"""Groups: what train and serve both use is the same file, over random pairs of what people install."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from envc.compile import understand
from envc.diagnostics import Source
from envc.knowledge.library import Library
from envc.lock.files import LockedFiles
from envc.lock.together import choose_together
from envc.lock.wishes import Wishes
from envc.lock.world import World
from envc.resolvers.offline import OfflineImages
from envc.resolvers.pip_tools import PipTools, settings_of_this_machine

pytestmark = pytest.mark.index

PAIRS = 20
POOL = (
    *(
        "numpy",
        "numpy <2",
        "pandas",
        "pandas <3",
        "scipy",
        "scikit-learn",
        "requests",
        "fastapi",
        "uvicorn",
        "pydantic <2.10",
    ),
    *(
        "pydantic",
        "rich",
        "httpx",
        "pyyaml",
        "tqdm",
        "joblib",
        "packaging <25",
        "typing-extensions <4.14",
        "matplotlib",
    ),
    *(
        "pillow",
        "starlette <0.46",
        "click <8.2",
        "idna",
        "anyio <4.9",
        "attrs",
        "jinja2",
        "markupsafe <3",
        "urllib3 <2",
    ),
)


def program(seed: int) -> str:
    """Return a program of two environments in a group, with three to five packages each."""
    chance = random.Random(seed)
    clauses = []
    for _ in range(2):
        names: dict[str, str] = {}
        for choice in chance.sample(POOL, chance.randint(3, 5)):
            names.setdefault(choice.split()[0], choice)
        clauses.append("; ".join(names.values()))
    train, serve = clauses
    return (
        f"env train < python 3.12; pip < {train} > >\nenv serve < python 3.12; pip < {serve} > >\n"
        "group core < train; serve >\n"
    )


def locks(text: str, cache: Path) -> list[LockedFiles]:
    meaning = understand(Source("team.env", text))
    world = World(Library(), PipTools(cache, settings_of_this_machine()), OfflineImages(), {}, {}, lambda _: None)
    return choose_together(meaning.environments, "linux/amd64", [world, world], [None, None], Wishes())


@pytest.mark.parametrize("seed", range(PAIRS))
def test_no_package_of_a_group_differs(cache: Path, seed: int) -> None:
    """Every pair has an answer together: the limits in the pool do not contradict each other."""
    text = program(seed)
    print(text)
    train, serve = locks(text, cache)
    files = [{pin.name: pin for _, pins in one.pins for pin in pins} for one in (train, serve)]
    versions = [{name: (pin.version, pin.hashes) for name, pin in one.items()} for one in files]
    for name in versions[0].keys() & versions[1].keys():
        assert versions[0][name] == versions[1][name], name
    assert all(len(one) >= 3 for one in versions)
