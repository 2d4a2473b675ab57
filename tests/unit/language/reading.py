"""Understands texts whose modules are given as texts, too."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from envc.declarations import words
from envc.diagnostics import Report, Source
from envc.language.check import Chosen, check
from envc.language.environment import Environment, Meaning
from envc.language.facets import PythonPackage, Setting
from envc.syntax.parse import parse


class Files:
    """Files of modules by name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def find(self, name: str) -> Source | None:
        text = self.texts.get(name)
        return None if text is None else Source(f"{name.replace('.', '/')}.env", text)

    def names(self) -> list[str]:
        return sorted(self.texts)


def meaning(text: str, files: Mapping[str, str] | None = None, chosen: Chosen | None = None) -> Meaning:
    return check(parse(Source("train.env", text)), words, Files(files or {}), chosen)


def environment(text: str, name: str, files: Mapping[str, str] | None = None, **values: str) -> Environment:
    """Return one environment of a text; the values are those of the command line."""
    found = meaning(text, files, Chosen(name, values)).environments
    return next(one for one in found if one.name == name)


def mistakes(text: str, files: Mapping[str, str] | None = None, **values: str) -> list[str]:
    with pytest.raises(Report) as report:
        meaning(text, files, Chosen("a", values))
    assert all(one.labels for one in report.value.diagnostics)
    return [one.name for one in report.value.diagnostics]


def packages(one: Environment) -> dict[str, str]:
    return {package.name: package.specifier for package in one.every(PythonPackage)}


def settings(one: Environment) -> dict[str, str]:
    found = {setting.name: setting.value for setting in one.every(Setting)}
    assert len(found) == len(one.every(Setting))
    return found
