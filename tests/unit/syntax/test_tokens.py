"""What every token is, and what it is not."""

from __future__ import annotations

import re

import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.diagnostics import Report, Source
from envc.resources import read_grammar
from envc.syntax.parse import parse
from envc.syntax.program import Argument, Program


def read(text: str) -> Program:
    return parse(Source("train.env", text))


def arguments(text: str) -> list[tuple[str, str]]:
    (item,) = read(f"a {text}").items
    assert item.block is None
    return [(one.kind, one.value) for one in item.arguments]


def mistakes(text: str) -> list[str]:
    with pytest.raises(Report) as report:
        read(text)
    return [one.name for one in report.value.diagnostics]


def test_the_grammar_has_no_conflict() -> None:
    """Neither between rules nor between tokens: lark's strict mode refuses both."""
    pytest.importorskip("interegular", reason="comes with the extra `lint`, and so with every run of CI")
    lark.Lark(read_grammar(), parser="lalr", strict=True)
    for addition in ('item: WORD ";" WORD', "start: item"):  # what strict is there to find
        with pytest.raises(lark.exceptions.GrammarError):
            lark.Lark(
                f"{read_grammar().replace('start:', 'begin:')}\nstart: begin\n{addition}", parser="lalr", strict=True
            )


@pytest.mark.parametrize(
    "text",
    ["torch", "ml.torch", "linux/arm64", "transformers[torch]", "uvicorn[a, b-c]", "_x", "a-b_c+d", "g++", "grün"],
)
def test_words(text: str) -> None:
    """Letters, digits and . _ - + / behind a letter, and extras in brackets."""
    assert arguments(text) == [("word", text)]


@pytest.mark.parametrize(
    "text",
    ["3.12", "3.10", "24GiB", "30s", "2.2..2.6", "0.5", "007", "8080/tcp", "2026-06", "1:2", "3.1*", "2.7.1+cu118"],
)
def test_numbers_stay_text(text: str) -> None:
    """Whatever begins with a digit; `3.10` is never `3.1`."""
    assert arguments(text) == [("number", text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('""', ""),
        ('"a b"', "a b"),
        (r'"say \"hi\""', 'say "hi"'),
        (r'"a\\"', "a\\"),
        (r'"a\\\"b"', 'a\\"b'),
        (r'"C:\new\$x"', r"C:\new\$x"),
        ('"# no comment; < > no end"', "# no comment; < > no end"),
        ('"it\'s"', "it's"),
        ('"\t"', "\t"),
    ],
)
def test_strings(text: str, value: str) -> None:
    r"""Two escapes, `\"` and `\\`; any other backslash stands for itself."""
    assert arguments(text) == [("string", value)]


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])))
def test_any_line_can_be_written_as_a_string(value: str) -> None:
    """With its quotes and backslashes escaped it is read back."""
    text = value.replace("\\", "\\\\").replace('"', '\\"')
    assert arguments(f'"{text}"') == [("string", value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"""ls"""', "ls\n"),
        ('"""\n  a\n    b\n"""', "a\n  b\n"),
        ('"""a "quoted" \\ $x # no comment"""', 'a "quoted" \\ $x # no comment\n'),
        ('"""\r\n  a\r\n  b\r\n"""', "a\nb\n"),
        ('""""""', ""),
    ],
)
def test_scripts(text: str, value: str) -> None:
    """Of many lines, moved to the left, as they stand; no escapes."""
    assert arguments(text) == [("script", value)]


def test_references() -> None:
    """A whole argument; in a string `$` is nothing."""
    assert arguments('$cuda "$cuda" $a-b') == [("reference", "cuda"), ("string", "$cuda"), ("reference", "a-b")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (">=2.1,<2.5", ">=2.1,<2.5"),
        (">=2.1 , <2.5", ">=2.1,<2.5"),
        ("==2.1.*", "==2.1.*"),
        ("~=2.1", "~=2.1"),
        ("!=2.1,!=2.2", "!=2.1,!=2.2"),
        ("===1.0+cu118", "===1.0+cu118"),
        ("<3", "<3"),
        (">1!2", ">1!2"),
    ],
)
def test_specifiers(text: str, value: str) -> None:
    """Behind a name with or without a blank, as in a requirements file; the value has no blanks."""
    assert arguments(f"torch{text}") == [("word", "torch"), ("constraint", value)]
    assert arguments(f"torch {text}") == [("word", "torch"), ("constraint", value)]


COMPARATORS = ["<", ">", "<=", ">=", "==", "!=", "~=", "==="]
VERSIONS = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,2}", fullmatch=True)


@given(
    st.lists(st.tuples(st.sampled_from(COMPARATORS), VERSIONS), min_size=1, max_size=3),
    st.sampled_from(["", " ", "\t"]),
    st.sampled_from([",", ", ", " , "]),
)
def test_a_comparator_at_a_digit_is_a_specifier(clauses: list[tuple[str, str]], blank: str, comma: str) -> None:
    """In a block, in front of its `>`, and at the end of the text."""
    specifier = comma.join(comparator + version for comparator, version in clauses)
    (item,) = read(f"ml < torch{blank}{specifier}; numpy{blank}{specifier} >").items
    assert item.block is not None
    for entry in item.block:
        assert entry.arguments == (Argument("constraint", specifier.replace(" ", ""), entry.arguments[0].span),)


@given(st.sampled_from(["", " ", "\n", "\t", "  \r\n"]), st.sampled_from(["", " ", "\n"]), st.integers(0, 4))
def test_a_bracket_with_no_digit_behind_it_is_one(before: str, behind: str, depth: int) -> None:
    """Whatever blanks stand around it, or none."""
    nested = "x"
    for _ in range(depth):
        nested = f"a<{before}{nested}{behind}>"
    (item,) = read(nested).items
    for _ in range(depth):
        assert item.word == "a"
        assert item.block is not None
        (item,) = item.block
    assert item.word == "x"


@given(st.text("<>=!~0123 \n;a,", max_size=25))
def test_brackets_and_specifiers_never_mix(text: str) -> None:
    """Fuzzed: a `<` or `>` is part of a specifier exactly when a digit or `=` follows it, and blocks stay balanced."""
    try:
        program = read(f"w {text}")
    except Report:
        return
    plain = re.sub(r"(?:===|[=~!<>]=|[<>])[0-9][\w.*+!-]*", "", text)
    assert plain.count("<") == plain.count(">")
    assert sum(1 for _ in re.finditer("<", plain)) == count_blocks(program)


def count_blocks(program: Program) -> int:
    from envc.syntax.program import walk

    return sum(item.block is not None for item, _ in walk(program.items))


def test_items_end_at_a_line_or_a_semicolon() -> None:
    """The two mix, and empty items are nothing."""
    assert [one.word for one in read(";;a\n\n;b; c ;\n;").items] == ["a", "b", "c"]
    assert read("").items == read("\n;\n# c").items == ()


def test_line_ends_byte_order_marks_and_tabs() -> None:
    """Windows' line ends and marks change nothing."""
    program = read("\ufeffenv a <\r\n\tpython\t3.12 # c\r\n>\r\n")
    assert [one.text for one in program.comments] == ["# c"]
    (item,) = program.items
    assert item.block is not None
    assert item.block[0].arguments[0].value == "3.12"
    assert item.block[0].word_span.location == (2, 2)


def test_a_comment_ends_with_its_line() -> None:
    """Behind an item, on its own, and between the items of a block."""
    program = read('# one\na # two "\nb < # three <\n# four >\n>')
    assert [one.text for one in program.comments] == ["# one", '# two "', "# three <", "# four >"]
    assert [one.word for one in program.items] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a \0", ["unprintable-character"]),
        ("a \ud800", ["unprintable-character"]),
        ("a \rb", ["unprintable-character"]),
        ("a < b", ["unclosed-block"]),
        ("a >", ["unopened-block"]),
        ('"a"', ["item-without-word"]),
        ("3.12", ["item-without-word"]),
        (">=2", ["item-without-word"]),
        ("a < b > c", ["missing-separator"]),
        ("a < b > 3", ["blank-in-specifier"]),
        ("a ~/x", ["unquoted-path"]),
        ("a ./x", ["unquoted-path"]),
        ("a ~= 2", ["blank-in-specifier"]),
        ("a > 2", ["unopened-block"]),
        ("a b = 2", ["single-equals"]),
        ("a 'b'", ["unexpected-character"]),
        ('a "b', ["unclosed-string"]),
        ('a "b\\', ["unclosed-string"]),
        ('a """b"', ["unclosed-string"]),
        ("a @\nb @\nc < d", ["unexpected-character", "unexpected-character", "unclosed-block"]),
    ],
)
def test_mistakes_have_names(text: str, names: list[str]) -> None:
    """One a line, all of a text."""
    assert mistakes(text) == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a < " * 10_000 + "> " * 10_000, "blocks-too-deep"),
        ("a < " * 10_000, "unclosed-block"),
        ("@" * 1_000_000, "unexpected-character"),
        ("a " + "> " * 100_000, "unopened-block"),
        ('a "' + "b" * 1_000_000, "unclosed-string"),
        ('a "\n' * 10_000, "unclosed-string"),
        ("a[" * 100_000, "unexpected-character"),
    ],
)
def test_large_nonsense_is_refused_soon(text: str, name: str) -> None:
    """Its depth and its length end neither the stack nor the reader's patience."""
    found = mistakes(text)
    assert found[0] == name
    assert len(found) <= 20


def test_a_long_line_is_read() -> None:
    """As long as a program may be."""
    assert arguments('"' + "b" * 1_000_000 + '"') == [("string", "b" * 1_000_000)]
