"""What may move when a lock is made again, and what stays."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report
from envc.lock.files import LockedFiles
from envc.lock.wishes import Wishes, wishes_of
from tests.unit.lock.world import PLATFORM, Packages, choose, environment, slim_images, world

TEXT = "env train < python 3.12; ml < numpy pinned; pandas; Scikit_Learn > >"
OLD = {"numpy": ["1.0"], "pandas": ["1.0"], "scikit-learn": ["1.0"]}
NEW = {name: [*found, "2.0"] for name, found in OLD.items()}


def locked() -> LockedFiles:
    return choose(environment(TEXT), PLATFORM, world(Packages(OLD), slim_images("3.12.11", "old")))


def again(wishes: Wishes, packages: Packages | None = None) -> LockedFiles:
    return choose(
        environment(TEXT), PLATFORM, world(packages or Packages(NEW), slim_images("3.12.12", "new")), locked(), wishes
    )


def moved(wishes: Wishes) -> set[str]:
    new = again(wishes)
    found = {package.name for package in new.lock.packages if package.version == "2.0"}
    return found | ({"base"} if new.lock.base != locked().lock.base else set())


@pytest.mark.parametrize(
    ("upgrade", "only", "expected"),
    [
        (False, (), set()),
        (True, (), {"base", "pandas", "scikit-learn"}),
        (False, ("pandas",), {"pandas"}),
        (False, ("SciKit.learn",), {"scikit-learn"}),
        (False, ("numpy",), {"numpy"}),
        (False, ("packages",), {"pandas", "scikit-learn"}),
        (False, ("packages", "numpy"), {"numpy", "pandas", "scikit-learn"}),
        (False, ("base",), {"base"}),
        (False, ("python",), {"base"}),
        (True, ("numpy",), {"base", "numpy", "pandas", "scikit-learn"}),
        (False, ("data",), set()),
    ],
)
def test_what_moves(upgrade: bool, only: tuple[str, ...], expected: set[str]) -> None:
    assert moved(wishes_of(upgrade, only)) == expected


def test_without_a_wish_nobody_is_asked_for_packages_that_are_locked() -> None:
    packages = Packages(NEW)
    assert again(Wishes(), packages) == locked()
    assert packages.requests == []


def test_another_clause_about_packages_is_asked_for() -> None:
    packages = Packages(NEW)
    text = TEXT.replace("pandas", "pandas>=2")
    new = choose(environment(text), PLATFORM, world(packages, slim_images("3.12.11", "old")), locked())
    assert {one.name: one.version for one in new.lock.packages} == {
        "numpy": "1.0",
        "pandas": "2.0",
        "scikit-learn": "1.0",
    }
    assert len(packages.requests) == 1


@pytest.mark.parametrize(("only", "asked"), [("apt", 0), ("data", 0), ("pandas", 1), ("packages", 1)])
def test_an_index_is_asked_only_when_a_package_may_move(only: str, asked: int) -> None:
    packages = Packages(NEW)
    again(wishes_of(False, (only,)), packages)
    assert len(packages.requests) == asked


@pytest.mark.parametrize(
    ("text", "only", "near"),
    [(TEXT, "panda", "pandas"), (TEXT, "bas", "base"), ("env train < python 3.12.1 >", "python", "python 3.12")],
)
def test_a_name_that_is_not_there_is_refused(text: str, only: str, near: str) -> None:
    from envc.lock.wishes import refuse_unknown

    with pytest.raises(Report) as report:
        refuse_unknown(wishes_of(False, (only,)), environment(text), None)
    (diagnostic,) = report.value.diagnostics
    assert diagnostic.name == "nothing-to-move"
    assert near in " ".join(diagnostic.helps)
