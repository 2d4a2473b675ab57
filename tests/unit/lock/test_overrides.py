"""Overrides in the lock, and the warning about those that replace nothing that stood in the way."""

from __future__ import annotations

import pytest

from envc.lock.freshness import is_fresh
from envc.lock.model import Lock
from envc.lock.overrides import unneeded_overrides
from tests.unit.lock.world import PLATFORM, Packages, choose, environment, world

TEXT = 'env train < python 3.12; pip pandas numpy; override numpy <2 because "cv-bridge" >'


def lock_with(requires: str, overruled: str, version: str = "1.26.4") -> Lock:
    """Return the lock of `TEXT` where pandas asks for these versions of numpy."""
    packages = Packages({"numpy": [version], "pandas": ["3.0.1"]})
    lock = choose(environment(TEXT), PLATFORM, world(packages)).lock
    numpy, pandas = lock.packages
    pandas = pandas.model_copy(update={"requires": (requires,), "overruled": (overruled,)})
    return lock.model_copy(update={"packages": (numpy, pandas)})


def test_a_lock_holds_the_override_and_its_reason() -> None:
    packages = Packages({"numpy": ["1.26.4"], "pandas": ["3.0.1"]})
    locked = choose(environment(TEXT), PLATFORM, world(packages)).lock
    assert [one.model_dump() for one in locked.overrides] == [
        {"name": "numpy", "specifier": "<2", "reason": "cv-bridge"}
    ]
    assert packages.requests[0].overrides == (("numpy", "<2"),)
    assert is_fresh(environment(TEXT), locked)
    assert not is_fresh(environment(TEXT.replace("<2", "<3")), locked)
    assert not is_fresh(environment(TEXT.replace("cv-bridge", "ros")), locked)


@pytest.mark.parametrize(
    ("requires", "overruled", "label"),
    [
        ("numpy<2", "numpy>=2", None),
        ("numpy[x]<2", "numpy[x]>=2", None),
        ("numpy<2", "numpy>=1.20", "1.26.4 is what all who ask for it allow"),
        ("scipy", "scipy", "no package asks for it"),
        ("scipy", "numpy>=2", "no package asks for it"),  # left out by `without deps`
    ],
)
def test_an_override_is_needed_where_what_it_replaces_excludes_the_version(
    requires: str, overruled: str, label: str | None
) -> None:
    found = list(unneeded_overrides(environment(TEXT), lock_with(requires, overruled)))
    assert [one.labels[0].text for one in found] == ([label] if label else [])
    assert {(one.name, one.severity) for one in found} <= {("unneeded-override", "warning")}
