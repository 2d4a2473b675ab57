"""Law 1: a program that is laid out says what it said; laying out twice is laying out once; comments survive.

Law 6: every input has a meaning, or a report with a position.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envc.declarations import words
from envc.diagnostics import Report, Source
from envc.language.check import check
from envc.sources.program import decode
from envc.syntax.format import format_program
from envc.syntax.parse import parse
from envc.syntax.program import Program, shape
from tests.properties.programs import SOUP, Written, damaged, families, programs, trees


def read(text: str) -> Program:
    return parse(Source("train.env", text))


def keeps_law_1(program: Program) -> None:
    formatted = format_program(program)
    again = read(formatted)
    assert shape(again.items) == shape(program.items)
    assert [one.text for one in again.comments] == [one.text for one in program.comments]
    assert format_program(again) == formatted


@given(trees())
def test_any_tree_is_laid_out(written: Written) -> None:
    """Whatever words, arguments, blocks, blanks and comments; and what was put in is what is read."""
    program = read(written.text)
    assert [one.text for one in program.comments] == [one.rstrip() for one in written.comments]
    keeps_law_1(program)


@given(programs())
def test_a_program_is_laid_out(text: str) -> None:
    """Over the words of the language."""
    keeps_law_1(read(text))


@given(families())
def test_a_program_of_parents_and_modules_is_laid_out(text: str) -> None:
    """And means something, or is refused with a position."""
    keeps_law_6(Source("train.env", text))


def keeps_law_6(source: Source) -> None:
    try:
        program = parse(source)
        keeps_law_1(program)
        meaning = check(program, words)
    except Report as report:
        has_positions(report)
    else:
        assert meaning.environments


def has_positions(report: Report) -> None:
    assert report.exit_code == 1
    assert report.diagnostics
    for one in report.diagnostics:
        assert one.labels
        for span in (*(label.span for label in one.labels), *(fix.span for fix in one.fixes)):
            assert 0 <= span.start <= span.end <= len(span.source.text)


@given(damaged())
def test_a_damaged_program_has_a_meaning_or_a_report(text: str) -> None:
    """Edits of programs that were right."""
    keeps_law_6(Source("train.env", text))


@given(st.one_of(SOUP, st.text(max_size=40), st.text('<>=!~;#"\\ \n$[]3a.', max_size=40)))
def test_any_text_has_a_meaning_or_a_report(text: str) -> None:
    """Words of the language in any order, and any characters at all."""
    keeps_law_6(Source("train.env", text))


@given(st.binary(max_size=40))
def test_any_bytes_have_a_meaning_or_a_report(content: bytes) -> None:
    """As they come from a file."""
    try:
        source = decode(content, "train.env")
    except Report as report:
        has_positions(report)
    else:
        keeps_law_6(source)
