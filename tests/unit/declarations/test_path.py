"""`path` in place of `set`: what is proposed holds."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report
from tests.unit.language.reading import environment

PROGRAM = "env a < python 3.12; {} >"


@pytest.mark.parametrize(
    ("value", "item"),
    [
        ("/opt/a:$PATH", 'path "/opt/a"'),
        ("$PATH:/opt/a/bin:/opt/b c", 'path "/opt/a/bin" "/opt/b c"'),
        ("/opt/a:/opt/a/:${PATH}", 'path "/opt/a"'),
        ("/opt/a,b:$PATH:/c", 'path "/c"'),
        ("/opt/../b:$PATH", None),
        ("/opt/a,b:$PATH", None),
    ],
)
def test_a_path_that_is_set_is_mended_by_what_compiles(value: str, item: str | None) -> None:
    text = PROGRAM.format(f'set PATH "{value}"')
    with pytest.raises(Report) as caught:
        environment(text, "a")
    (diagnostic,) = caught.value.diagnostics
    assert [fix.replacement for fix in diagnostic.fixes] == ([item] if item else [])
    for fix in diagnostic.fixes:
        environment(text[: fix.span.start] + fix.replacement + text[fix.span.end :], "a")
