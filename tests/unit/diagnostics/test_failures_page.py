"""`docs/failures.md` lists every failure of the world, and nothing that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envc.resolvers.pip_tools.conflict import SEEN
from envc.resolvers.pip_tools.failure import INDEX_TROUBLES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")
NAMES = sorted(
    {
        name
        for file in (ROOT / "envc").rglob("*.py")
        for name in re.findall(r'\bworld_failed\(\s*"([a-z-]+)"', file.read_text(encoding="utf-8"))
    }
)
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line.startswith("| ")]
LISTED = [row[0].strip("`") for row in ROWS if row[0].startswith("`")]


def test_there_are_failures() -> None:
    assert {"index-failed", "disk-full", "no-engine"} <= set(NAMES)


@pytest.mark.parametrize("name", sorted({*NAMES, *SEEN, "unsatisfiable-packages"}))
def test_a_failure_has_a_row(name: str) -> None:
    assert LISTED.count(name) == 1, "docs/failures.md has one row for each name in world_failed(…)"


@pytest.mark.parametrize("name", LISTED)
def test_a_row_has_a_page(name: str) -> None:
    assert (ROOT / "envc" / "diagnostics" / "explain" / f"{name}.md").is_file()


@pytest.mark.parametrize("kind", sorted(INDEX_TROUBLES))
def test_every_trouble_of_an_index_is_listed(kind: str) -> None:
    assert INDEX_TROUBLES[kind].message.replace("{status}", "500") in PAGE


def test_a_row_says_when_what_and_what_to_do() -> None:
    assert {len(row) for row in ROWS} == {4}
    assert all(cell or position == 0 for row in ROWS for position, cell in enumerate(row))
