"""The one form of a program."""

from __future__ import annotations

import pytest

from envc.declarations import words
from envc.diagnostics import Source
from envc.syntax.format import WIDTH, format_item, format_program
from envc.syntax.parse import parse


def laid_out(text: str) -> str:
    formatted = format_program(parse(Source("train.env", text)))
    assert format_program(parse(Source("train.env", formatted))) == formatted, "not idempotent"
    return formatted


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("", ""),
        ("# only", "# only\n"),
        ("a", "a\n"),
        ("a   1  \n\n\n\nb", "a 1\n\nb\n"),
        ("env a<python 3.12;ml torch>=2,<3>", "env a < python 3.12; ml torch >=2,<3 >\n"),
        ("env a<>", "env a < >\n"),
        ("env a <\n>", "env a <\n>\n"),
        ("env a <\nb; c\n d\n>", "env a <\n  b; c\n  d\n>\n"),
        ("env a <\n\n\nb\n\n\nc\n\n>", "env a <\n  b\n\n  c\n>\n"),
        ("a < # behind\nb\n>", "a <  # behind\n  b\n>\n"),
        (
            "a < # behind\n# above\nb # at\n# below\n> # end",
            "a <  # behind\n  # above\n  b  # at\n  # below\n>  # end\n",
        ),
        ("a < # alone\n>", "a <  # alone\n>\n"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("\ufeffa", "a\n"),
        ("a; b < c\n>; d # end", "a\nb <\n  c\n>\nd  # end\n"),
        ('run """\n  one\n    two\n"""\nb', 'run """\n  one\n    two\n"""\nb\n'),
        ('a < run """\nx\n"""; b >', 'a <\n  run """\nx\n"""; b\n>\n'),
        ("torch >=2 , <3", "torch >=2,<3\n"),
    ],
)
def test_forms(text: str, formatted: str) -> None:
    """Two blanks a depth, one between arguments, two before a comment; one empty line at the most."""
    assert laid_out(text) == formatted


def test_a_long_line_is_broken_once() -> None:
    """Items that share a line that is too long stand on lines of their own, a block is opened, a lone item stays."""
    many = "; ".join(f"item{number} argument" for number in range(10))
    assert laid_out(many) == "".join(f"item{number} argument\n" for number in range(10))
    assert laid_out(f"a < {many} >").startswith("a <\n  item0 argument\n")
    lone = f'set NAME "{"x" * WIDTH}"'
    assert laid_out(lone) == f"{lone}\n"


def test_an_item_is_written_on_one_line() -> None:
    """As messages and comments quote it."""
    (item,) = parse(Source("train.env", "a  1 <\n b # c\n\n d 'e' >".replace("'", '"'))).items
    assert format_item(item) == 'a 1 < b; d "e" >'


@pytest.mark.parametrize("name", words.names())
def test_examples_of_words_are_laid_out(name: str) -> None:
    """What `envc help` shows is what `envc fmt` writes."""
    word = words.find(name)
    assert word is not None
    for example in word.examples:
        assert laid_out(example) == f"{example}\n"
