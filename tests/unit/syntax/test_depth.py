"""However deep blocks are nested, the answer is a message."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report, Source
from envc.syntax.parse import parse


@pytest.mark.parametrize("word", ["a", "on linux/arm64", "module m", "env e from d"])
def test_ten_thousand_nested_blocks_are_refused(word: str) -> None:
    """Closed or not; and no recursion reaches its end."""
    for text in (f"{word} < " * 10_000 + "> " * 10_000, f"{word} < " * 10_000):
        with pytest.raises(Report) as report:
            parse(Source("train.env", text))
        assert {one.name for one in report.value.diagnostics} <= {"blocks-too-deep", "unclosed-block"}
