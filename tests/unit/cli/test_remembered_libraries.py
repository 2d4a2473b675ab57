"""An answer is forgotten when a library that it came from is installed anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from envc.cli import remembered


def test_a_library_that_was_installed_anew_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another lark in front of the real one, and the same one with another time, are two other identities."""
    real = remembered._code()
    assert remembered._code() == real
    package = tmp_path / "lark" / "__init__.py"
    package.parent.mkdir()
    package.write_text("")
    monkeypatch.delitem(sys.modules, "lark", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    first = remembered._code()
    os.utime(package, ns=(1, 1))
    second = remembered._code()
    assert len({real, first, second}) == 3
