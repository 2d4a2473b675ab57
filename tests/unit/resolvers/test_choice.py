"""Which package resolver a project is locked by."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.resolvers.choice import make_resolver, resolver_name
from envc.resolvers.pip_tools import PipTools, Settings
from envc.resolvers.uv import Uv


def test_what_is_asked_for_goes_before_what_the_project_says(tmp_path: Path) -> None:
    assert resolver_name(None, tmp_path) == "pip-tools"
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert resolver_name(None, tmp_path) == "pip-tools"
    (tmp_path / "pyproject.toml").write_text('[tool.envc]\nresolver = "uv"\n')
    assert resolver_name(None, tmp_path) == "uv"
    assert resolver_name("pip-tools", tmp_path) == "pip-tools"


@pytest.mark.parametrize("written", ['"poetry"', "3", "[]", '["uv"]'])
def test_a_resolver_that_envc_does_not_have(tmp_path: Path, written: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.envc]\nresolver = {written}\n")
    with pytest.raises(Report) as caught:
        resolver_name(None, tmp_path)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.name, caught.value.exit_code) == ("unknown-resolver", 1)
    assert diagnostic.notes == ("there are: pip-tools, uv",)


@pytest.mark.parametrize("text", ["[tool.envc]\nresolver uv\n", "tool = 3\n", "[tool]\nenvc = []\n", "a = 1\na = 2"])
def test_a_project_file_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Report) as caught:
        resolver_name(None, tmp_path)
    assert [one.name for one in caught.value.diagnostics] == ["unreadable-settings"]
    assert str(tmp_path) not in str(caught.value)


def test_a_project_file_of_other_bytes_than_text(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Report) as caught:
        resolver_name(None, tmp_path)
    assert [one.name for one in caught.value.diagnostics] == ["unreadable-settings"]


def test_each_name_gives_its_resolver(tmp_path: Path) -> None:
    assert isinstance(make_resolver("pip-tools", tmp_path, Settings(), print), PipTools)
    assert isinstance(make_resolver("uv", tmp_path, Settings(), print), Uv)


def test_uv_is_asked_for_and_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Report) as caught:
        make_resolver("uv", tmp_path, Settings(), print)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.name, caught.value.exit_code) == ("no-uv", 3)


def test_a_program_that_only_has_the_name_of_uv(tmp_path: Path) -> None:
    from envc.resolvers.uv.program import version_of

    for text in ("#!/bin/sh\necho ultraviolet\n", "no program"):
        (tmp_path / "uv").write_text(text)
        (tmp_path / "uv").chmod(0o755)
        with pytest.raises(Report) as caught:
            version_of(tmp_path / "uv")
        assert [one.name for one in caught.value.diagnostics] == ["no-uv"]
