"""YAML that every reader understands alike."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from envc.targets._yaml import print_yaml, scalar

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(TEXT, st.integers(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=8,
)


@given(VALUES)
@example({"a": [[["b"], {}], [], {"c": [{"d": 1, "e": [True]}]}]})
def test_values_are_read_back(value: Any) -> None:
    """As they are: nothing becomes a number, a date, a comment or another document."""
    assert yaml.safe_load(print_yaml(["a comment"], [value])) == value


@given(st.lists(VALUES, min_size=2, max_size=3))
def test_documents_are_read_back(values: list[Any]) -> None:
    assert list(yaml.safe_load_all(print_yaml((), values))) == values


@pytest.mark.parametrize(
    "value", ["no", "On", "NULL", "1e3", "0o14", "12:30", "~", "2026-11-24", ".inf", "", "- a", "y"]
)
def test_what_some_reader_takes_for_something_else_stands_in_quotes(value: str) -> None:
    """Readers of YAML 1.1 and of 1.2 differ in these."""
    assert scalar(value) == f'"{value}"'


@pytest.mark.parametrize("value", ["train", "/dev/shm", "nvidia.com/gpu", "python3.12", "SYS_NICE"])
def test_plain_words_need_no_quotes(value: str) -> None:
    assert scalar(value) == value


def test_what_no_file_may_hold_is_escaped() -> None:
    assert scalar("\x85\u2028\ufeff\x7f\n\u200b") == '"\\u0085\\u2028\\ufeff\\u007f\\n\\u200b"'
