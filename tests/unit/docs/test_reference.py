"""The reference is what its program writes, and holds everything that the language has."""

from __future__ import annotations

from pathlib import Path

import pytest

from envc.declarations import words
from envc.language.fields import layout_of
from tools.ebnf import ebnf
from tools.reference import REFERENCE, reference

GRAMMAR = Path(__file__).parents[3] / "grammar" / "envc.lark"


def test_the_reference_is_up_to_date(pytestconfig: pytest.Config) -> None:
    """With --rewrite-golden it is written anew; so does `python -m tools.reference`."""
    if pytestconfig.getoption("rewrite_golden"):
        REFERENCE.write_text(reference(), encoding="utf-8")
    assert REFERENCE.read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize("name", words.names())
def test_every_word_and_every_argument_is_there(name: str) -> None:
    word = words.find(name)
    assert word is not None
    section = reference().split(f"\n### {name}\n")[1].split("\n### ")[0]
    for example in word.examples:
        assert f"\n{example}\n" in section
    for keyword in layout_of(word).words:
        assert f"`{keyword}`" in section, keyword


def test_the_grammar_is_shown_whole() -> None:
    """Every rule and token once, and nothing that no rule defines."""
    lines = ebnf(GRAMMAR.read_text(encoding="utf-8")).splitlines()
    names = [line.split(" = ")[0].strip() for line in lines]
    assert len(names) == len(set(names)) == 16
    assert all(line.endswith(" ;") for line in lines)
    assert lines[2].split() == ["item", "=", "word,", "{", "argument", "},", "[", "block", "]", ";"]


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ('a: B* "c"? | D+', 'a = { b }, [ "c" ] | d, { d } ;\n'),
        ("A.2: /x[y\\/]z/", "a = ? /x[y\\/]z/ ? ;\n"),
        ("// comment\n%ignore /x/\na: b", "a = b ;\n"),
    ],
)
def test_rules_as_ebnf(rule: str, shown: str) -> None:
    assert ebnf(rule) == shown


def test_a_rule_that_cannot_be_shown_is_an_error() -> None:
    with pytest.raises(ValueError, match="no EBNF"):
        ebnf("a: (b c)*")
