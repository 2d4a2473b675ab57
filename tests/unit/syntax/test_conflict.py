"""Marks of a merge are seen where the parser stumbles over them, and nowhere else."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report, Source
from envc.syntax.parse import parse

SCRIPT = 'env train <\n  run """\nTitle\n=======\n<<<<<<< HEAD\n>>>>>>> other\n"""\n'


def names_of(text: str) -> list[str]:
    with pytest.raises(Report) as caught:
        parse(Source("train.env", text))
    return [one.name for one in caught.value.diagnostics]


def test_a_script_may_hold_marks() -> None:
    """What looks like a mark in a script is its text, also when the program has another mistake."""
    assert parse(Source("train.env", SCRIPT + ">\n")).items
    assert names_of(SCRIPT + "  python\n  ml = 2\n>\n") == ["single-equals"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_conflict_is_said_once(end: str) -> None:
    """One diagnostic a conflict, and none for what the marks make of the rest."""
    lines = ["env train <", "<<<<<<< HEAD", "python 3.12", "=======", "python 3.13 >", ">>>>>>> x", "ml numpy", ">", ""]
    assert names_of(end.join(lines)) == ["merge-conflict"]


def test_brackets_side_by_side_are_no_mark() -> None:
    """Blocks may close next to each other at the beginning of a line; only seven of one kind alone are a mark."""
    text = "a < b < c < d < e < f < g < h\n>>>>>>>\n"
    assert parse(Source("train.env", text)).items
