"""A package that moved without being asked to says what moved it."""

from __future__ import annotations

import pytest

from envc.lock.moved_pins import TOGETHER, MovedPin, moved_pins
from envc.lock.resolution import LostPin, Package
from tests.unit.lock.world import environment


def chosen(name: str, version: str, *requires: str) -> Package:
    return Package(name, version, (), None, (), None, None, requires)


def only(text: str, pins: tuple[str, ...], after: list[Package], *lost: LostPin) -> MovedPin:
    (moved,) = moved_pins(environment(text), pins, after, lost)
    return moved


def test_the_program_asks_for_another_version() -> None:
    moved = only("env train < python 3.12; pip numpy >=2 >", ("numpy==1.26.4",), [chosen("numpy", "2.3.0")])
    assert moved.text == "numpy 1.26.4 could not stay: the program asks for numpy>=2 (train.env:1:36)"
    assert moved.after == "2.3.0"


def test_another_package_needs_it() -> None:
    moved = only(
        "env train < python 3.12; pip pandas numpy >",
        ("numpy==1.26.4", "pandas==2.2.0"),
        [chosen("numpy", "2.3.0"), chosen("pandas", "2.2.0", "numpy>=2.0", "pytz")],
    )
    assert moved.text == "numpy 1.26.4 could not stay: pandas 2.2.0 needs numpy>=2.0 (train.env:1:30)"


def test_a_package_that_the_program_does_not_name_has_no_place() -> None:
    moved = only(
        "env train < python 3.12; pip pandas >",
        ("numpy==1.26.4",),
        [chosen("numpy", "2.3.0"), chosen("pandas", "2.2.0"), chosen("scipy", "1", "NumPy>=2")],
    )
    assert moved.text == "numpy 1.26.4 could not stay: scipy 1 needs numpy>=2"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("gone", "the index no longer has it"),
        ("yanked", "its makers have withdrawn it"),
        ("no-wheel", "it has no wheel for this target"),
        ("other-python", "it does not take this Python"),
    ],
)
def test_the_index_took_it_away(reason: str, said: str) -> None:
    lost = LostPin("six", "1.16.0", reason)  # type: ignore[arg-type]  # one of the words of the parameter list
    moved = only("env train < python 3.12; pip six >", ("six==1.16.0",), [chosen("six", "1.17.0")], lost)
    assert moved.reason == said


def test_the_clause_counts_more_than_the_index() -> None:
    lost = LostPin("six", "1.16.0", "gone")
    text = "env train < python 3.12; pip six >=1.17 >"
    moved = only(text, ("six==1.16.0",), [chosen("six", "1.17.0")], lost)
    assert moved.reason == "the program asks for six>=1.17"


def test_all_pins_together_had_no_answer() -> None:
    moved = only("env train < python 3.12; pip six >", ("six==1.16.0",), [chosen("six", "1.17.0")])
    assert (moved.reason, moved.span) == (TOGETHER, None)


def test_what_stayed_came_went_or_was_to_move_is_not_told() -> None:
    after = [chosen("a", "1"), chosen("b", "2"), chosen("d", "1", "not a requirement !", "b>=2")]
    program = environment("env train < python 3.12; pip a b >")
    assert moved_pins(program, ("a==1", "c==1"), after) == ()
    assert [moved.name for moved in moved_pins(program, ("a==1", "b==1", "c==1"), after)] == ["b"]


def test_what_cannot_be_read_forbids_nothing() -> None:
    moved = only(
        "env train < python 3.12; pip b >",
        ("b==of another age",),
        [chosen("b", "2"), chosen("d", "1", "b>=2")],
    )
    assert moved.reason == TOGETHER


def test_what_an_override_asks_for_is_the_programs_own() -> None:
    """And not said of the package whose requirement it replaces."""
    moved = only(
        'env train < python 3.12; pip pandas; override numpy >=2 because "x" >',
        ("numpy==1.26.4",),
        [chosen("numpy", "2.3.0"), chosen("pandas", "2.2.0", "numpy>=2")],
    )
    assert moved.text == "numpy 1.26.4 could not stay: the program overrides it with numpy>=2 (train.env:1:53)"
