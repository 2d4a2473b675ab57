"""Every program of `docs/refusals.md` is refused, with the diagnostic that it stands under; or compiles, as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envc.compile import understand
from envc.diagnostics import Report, Source

PAGE = Path(__file__).parents[3] / "docs" / "refusals.md"
_PART = re.compile(
    r"^### (?P<name>[a-z-]+)$|(?<!<!-- compiles -->\n)^```envc\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_COMPILES = re.compile(r"^<!-- compiles -->\n```envc\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def programs() -> list[tuple[str, str]]:
    found, name = [], ""
    for match in _PART.finditer(PAGE.read_text(encoding="utf-8")):
        if match["name"]:
            name = match["name"]
        else:
            found.append((name, match["text"]))
    return found


@pytest.mark.parametrize(("name", "text"), programs())
def test_a_program_is_refused_as_the_page_says(name: str, text: str) -> None:
    with pytest.raises(Report) as caught:
        understand(Source("train.env", text))
    assert name in {one.name for one in caught.value.diagnostics}


@pytest.mark.parametrize("text", _COMPILES.findall(PAGE.read_text(encoding="utf-8")))
def test_what_is_said_instead_is_understood(text: str) -> None:
    """All of its environments, without a warning."""
    meaning = understand(Source("train.env", text))
    assert len(meaning.environments) > 1
    assert [one.warnings for one in meaning.environments] == [()] * len(meaning.environments)


def test_the_page_has_programs() -> None:
    """So that a change of its form does not leave the test above with nothing to do."""
    assert len(programs()) > 15
