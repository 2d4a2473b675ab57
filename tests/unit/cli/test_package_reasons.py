"""`envc explain PROGRAM PACKAGE` says because of what a package is in the lock."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envc.cli import main

ROOT = Path(__file__).parents[3]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main.run(["explain", *words]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_what_others_need(capsys: pytest.CaptureFixture[str]) -> None:
    head, *reasons = said(capsys, "examples/sklearn/sklearn.env", "numpy")
    assert re.fullmatch(r"numpy 2\S+  \(on linux/amd64, from the default index, \S+ MB to download\)", head)
    patterns = [
        r"  because pandas \S+ needs numpy>=\S+, and the program asks for pandas  \(examples/sklearn/sklearn.env:7\)",
        r"  because scikit-learn \S+ needs numpy>=\S+, and the program asks for scikit-learn  \(examples/\S+:6\)",
    ]
    assert len(reasons) == len(patterns)
    assert all(map(re.fullmatch, patterns, reasons))


def test_what_the_program_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    head, reason = said(capsys, "examples/train.env", "torch")
    assert "from pytorch-cu118" in head
    assert reason == "  because the program asks for it  (examples/train.env:1)"


def test_what_is_no_package_of_the_lock_is_explained_from_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "examples/train.env", "gpu")[1].startswith("  gpu cuda 11.3")
