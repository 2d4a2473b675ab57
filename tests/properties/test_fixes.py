"""Whatever a hand does to a program, the edits that are then offered mend what they stand beside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envc.cli.fixing import applied, found_in, made_certain
from envc.diagnostics import Diagnostic, Source
from tests.cases.case_file import all_cases
from tests.properties.programs import programs

#: What fingers and other tools leave in a text.
SLIPS = (
    "",
    " ",
    ",",
    ", ",
    "=",
    " = ",
    "==",
    "<",
    ">",
    '"',
    "'",
    "-",
    ":",
    "~/",
    "/",
    "$",
    "{",
    "}",
    "[",
    "\u00a0",
    "x",
)
CASES = sorted({block.text for case in all_cases() for block in case.blocks if block.kind == "envc"})


@st.composite
def slips(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Source:
    """A program, a stretch of which something else stands in place of."""
    text = draw(texts)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 3)))
    return Source("p.env", text[:start] + draw(st.sampled_from(SLIPS)) + text[end:])


def places(one: Diagnostic) -> tuple[str, str, int]:
    """Return what a mistake is, and the line that it is on."""
    primary = next((label for label in one.labels if label.primary), None)
    return one.name, one.message, primary.span.location.line if primary else 0


@given(slips(st.one_of(st.sampled_from(CASES), programs())))
def test_an_edit_mends_the_mistake_beside_it(source: Source) -> None:
    """Of a program that has it once: the first edit of each mistake is tried."""
    found = found_in(source)
    for one in found:
        for fix in (fix for fix in one.fixes[:1] if fix.span.source == source and one.severity == "error"):
            known = [places(other) for other in found].count(places(one))
            left = [places(other) for other in found_in(applied(source, [fix]))].count(places(one))
            assert left < known, (fix, source.text)


@given(slips(st.sampled_from(CASES)))
def test_certain_edits_come_to_an_end(source: Source) -> None:
    """None of them is left when all are made, and making them again changes nothing."""
    mended, _ = made_certain(source)
    assert made_certain(mended) == (mended, [])
