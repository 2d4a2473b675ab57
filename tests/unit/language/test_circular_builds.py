"""Ways that lead back to where they begin."""

from __future__ import annotations

import pytest

from envc.language.circular_builds import circles


@pytest.mark.parametrize(
    ("edges", "found"),
    [
        ({}, []),
        ({"a": "b", "b": "c", "c": ""}, []),
        ({"a": "xbc", "b": "c", "c": ""}, []),
        ({"a": "a"}, ["a"]),
        ({"a": "b", "b": "a"}, ["ab"]),
        ({"a": "b", "b": "c", "c": "b"}, ["bc"]),
        ({"a": "bc", "b": "a", "c": "a"}, ["ab"]),
        ({"a": "b", "b": "ba"}, ["b"]),
        ({"a": "b", "b": "a", "c": "d", "d": "ac"}, ["ab", "cd"]),
    ],
)
def test_every_circle_is_found_and_no_name_is_told_of_twice(edges: dict[str, str], found: list[str]) -> None:
    assert ["".join(circle) for circle in circles(edges)] == found


def test_a_long_way_is_gone_to_its_end() -> None:
    edges = {str(place): [str((place + 1) % 5000)] for place in range(5000)}
    assert [len(circle) for circle in circles(edges)] == [5000]
