"""Edits that would leave their item wrong are not offered; those that are steps are said in words."""

from __future__ import annotations

import pytest

from envc.cli.fixing import applied, certain_fixes, found_in, made_certain
from envc.declarations import words
from envc.diagnostics import Diagnostic, Fix, Report, Source
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.source import Span
from envc.language.check import check
from envc.language.tried_edits import FEWEST_TRIED, MOST_TRIED, with_tried_edits
from envc.language.undeclared import MOST_NAMES
from envc.syntax.parse import parse


def found(items: str) -> tuple[Diagnostic, ...]:
    return found_in(Source("p.env", f"env p < python 3.12; {items} >\n"))


@pytest.mark.parametrize(
    "items",
    [
        "base ubuntu",
        "check < python 3.12 >",
        'run "x" > f',
        "limit cpu -1",
        "workdir ~/x",
        'volume "/x"',
        "gpus h100",
        'copy "a", "b"',
    ],
)
def test_what_would_still_be_wrong_is_no_fix(items: str) -> None:
    """Neither an edit that is asked for nor a certain one: `envc fix` leaves such a program as it is."""
    source = Source("p.env", f"env p < python 3.12; {items} >\n")
    for one in found_in(source):
        for fix in one.fixes:
            left = found_in(applied(source, [fix]))
            assert (one.name, one.message) not in [(other.name, other.message) for other in left]
    assert certain_fixes(found_in(source), source) == []
    assert made_certain(source) == (source, [])


def test_an_edit_that_is_a_step_is_said_with_what_follows() -> None:
    (one,) = found("base ubuntu")
    (said,) = one.helps
    assert one.fixes == ()
    assert said.startswith('text stands in quotes, but then `base` cannot take `"ubuntu"`: ')
    assert said.endswith("this changes without you: write a tag that names a version")


def test_mistakes_of_other_items_keep_no_edit_back() -> None:
    """A mistake of form hides all others: what comes to light elsewhere has nothing to do with the edit."""
    (one,) = found("ml torch=2.7; shm 1")
    assert [fix.replacement for fix in one.fixes] == ["=="]


def tried_of(mistakes: int) -> tuple[list[bool], int]:
    """Return of so many mistakes which ones are offered an edit, and how often the text was read for that."""
    source = Source("p.env", "a\n" * mistakes)
    asked = []

    def mistakes_in(text: Source) -> tuple[Diagnostic, ...]:
        asked.append(text)
        return ()

    spans = [Span(source, 2 * position, 2 * position + 1) for position in range(mistakes)]
    found = [Diagnostic("x", f"x {one.start}", (wrong(one),), fixes=(Fix("b", one, "b"),)) for one in spans]
    return [bool(one.fixes) for one in with_tried_edits(found, source, mistakes_in)], len(asked)


@pytest.mark.parametrize(("mistakes", "tried"), [(100, MOST_TRIED), (300, 8), (5000, FEWEST_TRIED)])
def test_only_so_many_edits_are_tried(mistakes: int, tried: int) -> None:
    """The rest is not offered: a text full of mistakes, which is long to check, is not checked hundreds of times."""
    assert tried_of(mistakes) == ([True] * tried + [False] * (mistakes - tried), tried)


def test_a_similar_name_is_looked_for_to_so_many_mistakes_of_an_item() -> None:
    """Each of them would be compared with all that there are."""
    sources = "; ".join(f'source kernel{one} from git "https://example.org/k" tag v1' for one in range(100, 140))
    named = " ".join(f"kernle{one}" for one in range(100, 140))
    program = parse(Source("p.env", f'env p < {sources}; build b from {named} < run "make"; keeps "/opt/b" > >\n'))
    with pytest.raises(Report) as raised:
        check(program, words)
    unknown = [one for one in raised.value.diagnostics if one.name == "unknown-source"]
    assert [bool(one.fixes) for one in unknown] == [True] * MOST_NAMES + [False] * (40 - MOST_NAMES)
    assert unknown[0].notes == (f"sources here: {' '.join(f'kernel{one}' for one in range(100, 130))} …",)


@pytest.mark.parametrize(
    ("items", "mended"),
    [
        ("gpu cuda=12.6", "gpu cuda 12.6"),
        ("limit memory=4GiB cpu=2", "limit memory 4GiB cpu 2"),
        ("ml torch=2.7", "ml torch==2.7"),
        ("pip -r requirements.txt", 'pip from "requirements.txt"'),
        ("apt git, curl,tree", "apt git curl tree"),
        ("gpus 2", "gpu count 2"),
        ("shm 8g", "shm 8GiB"),
        ("shm 8Gi", "shm 8GiB"),
        ("limit memory 8gb", "limit memory 8GB"),
        ("capability ipc-lock", "capability IPC_LOCK"),
        ("target docker-compose", "target compose"),
        ('pip "x>=1"', "pip x >=1"),
    ],
)
def test_what_other_tools_write_is_mended(items: str, mended: str) -> None:
    """By the first edit that is offered."""
    source = Source("p.env", f"env p < python 3.12; {items} >\n")
    fixes = [fix for one in found_in(source) for fix in one.fixes]
    assert applied(source, fixes[:1]).text == f"env p < python 3.12; {mended} >\n"
    assert found_in(applied(source, fixes[:1])) == ()


def test_a_certain_edit_takes_quotes_away_where_a_number_belongs() -> None:
    source = Source("p.env", 'env p < python "3.12"; apt git, curl >\n')
    assert made_certain(source)[0].text == "env p < python 3.12; apt git curl >\n"
