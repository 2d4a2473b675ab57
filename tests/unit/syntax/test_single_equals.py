"""A `=` alone behind a system package is a version that no edit can make one of; elsewhere it is what it was."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report, Source
from envc.syntax.parse import parse


@pytest.mark.parametrize(
    "text",
    [
        "env a < apt x=1 >",
        "env a < apt git x=1 >",
        "env a < apt < git; x=1 > >",
        "env a <\n  apt <\n    git  # <\n    x=1\n  >\n>",
        "env a < build b < apt gcc=12 > >",
        "env a < on linux/arm64 < apt x=1 > >",
    ],
)
def test_a_system_package_has_no_version(text: str) -> None:
    with pytest.raises(Report) as report:
        parse(Source("a.env", text))
    (mistake,) = report.value.diagnostics
    assert (mistake.name, mistake.message) == ("single-equals", "`apt` takes names without versions")
    (fix,) = mistake.fixes
    assert parse(Source("a.env", text[: fix.span.start] + fix.replacement + text[fix.span.end :]))


@pytest.mark.parametrize(
    "text",
    [
        "env a < apt git; pip x=1 >",
        "env a < apt < git >; pip x=1 >",
        "env a < pip < apt; x=1 > >",
        "env a < build b < apt gcc; jobs=1 > >",
        "env apt < set x=1 >",
    ],
)
def test_what_only_stands_near_is_none(text: str) -> None:
    with pytest.raises(Report) as report:
        parse(Source("a.env", text))
    assert [one.message for one in report.value.diagnostics] == ["`=` is not a version specifier"]
