"""Whatever a hand does to a program, the edits that are then offered mend what they stand beside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envc.cli.fixing import applied, found_in, made_certain
from envc.diagnostics import Diagnostic, Fix, Source
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


def place(one: Diagnostic) -> int:
    return next((label.span.start for label in one.labels if label.primary), 0)


def place_after(one: Diagnostic, fix: Fix) -> set[int]:
    """Return where a mistake is when an edit is made: where it was, or anywhere in what the edit put there."""
    longer = len(fix.replacement) - (fix.span.end - fix.span.start)
    moved = place(one) + longer if place(one) >= fix.span.end else place(one)
    return {moved, *range(fix.span.start, fix.span.start + len(fix.replacement) + 1)}


@given(slips(st.one_of(st.sampled_from(CASES), programs())))
def test_an_edit_mends_the_mistake_beside_it(source: Source) -> None:
    """Made alone, it leaves no mistake of that name and message in its place; the first of each mistake is tried."""
    for one in found_in(source):
        for fix in (fix for fix in one.fixes[:1] if fix.span.source == source and one.severity == "error"):
            left = [other for other in found_in(applied(source, [fix])) if other[:2] == one[:2]]
            assert not {place(other) for other in left} & place_after(one, fix), (fix, source.text)


@given(slips(st.sampled_from(CASES)))
def test_certain_edits_come_to_an_end(source: Source) -> None:
    """None of them is left when all are made, and making them again changes nothing."""
    mended, _ = made_certain(source)
    assert made_certain(mended) == (mended, [])
