"""The map in ARCHITECTURE.md has every package of the tree, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "envc").rglob("*.py"))


def test_every_package_is_on_the_map_in_order() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Map$(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    placed = [
        path for row in re.findall(r"^\| (.*?) \|", section, re.MULTILINE) for path in re.findall(r"`(.+?)/`", row)
    ]
    packages = {path.parent.relative_to(ROOT / "envc").as_posix() for path in FILES} - {"."}
    assert placed == sorted(packages)
