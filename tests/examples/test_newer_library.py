"""A lock outlives the library it was made with: what is locked compiles to the same bytes under another one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from envc import resources
from tests.examples.test_golden import ENVIRONMENTS, STAND_INS, compiled, expected_of


@pytest.fixture
def newer_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of another day: other digests and patches, half of the builds gone."""
    stdlib = tmp_path / "stdlib"
    shutil.copytree(resources.folder("stdlib"), stdlib)
    place = resources.folder
    monkeypatch.setattr(resources, "folder", lambda name: stdlib if name == "stdlib" else place(name))
    edit(stdlib / "library.env", r"\d{4}-\d\d-\d\d", "2031-01-01")
    edit(stdlib / "images.env", r"sha256:[0-9a-f]{8}", "sha256:00000000")
    edit(stdlib / "images.env", r"3\.12\.\d+", "3.12.99")
    torch = stdlib / "ml" / "torch.env"
    lines = torch.read_text(encoding="utf-8").splitlines(keepends=True)
    builds = [number for number, line in enumerate(lines) if line.startswith("build")][::2]
    torch.write_text("".join(line for number, line in enumerate(lines) if number not in builds), encoding="utf-8")
    return stdlib


def edit(path: Path, pattern: str, replacement: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


@pytest.mark.parametrize(("program", "environment"), [*ENVIRONMENTS, *STAND_INS])
@pytest.mark.usefixtures("newer_library")
def test_a_newer_library_changes_no_byte_of_what_is_locked(program: Path, environment: str) -> None:
    expected = expected_of(program, environment)
    assert {path.name: path.read_text(encoding="utf-8") for path in expected.iterdir()} == compiled(
        program, environment
    )
