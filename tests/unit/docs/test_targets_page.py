"""What the page about targets shows is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envc.declarations import words
from envc.diagnostics import Source
from envc.language.check import check
from envc.syntax.parse import parse

PAGE = Path(__file__).parents[3] / "docs" / "targets.md"
PROGRAMS = re.findall(r"^```envc\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_of_the_page_is_understood(program: str) -> None:
    """Without a warning."""
    (environment,) = check(parse(Source("train.env", program)), words).environments
    assert environment.warnings == ()
