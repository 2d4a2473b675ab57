"""What is misspelt is named with what was meant, at every level (law 7)."""

from __future__ import annotations

import pytest

from envc.declarations import words
from envc.diagnostics import Diagnostic, Fix, Report, Source
from envc.diagnostics.suggestions import BROUGHT_ALONG, similar
from envc.language.check import check
from envc.language.fields import layout_of
from envc.syntax.parse import parse

INSIDE = [name for name in words.names() if (word := words.find(name)) is not None and word.place == "env"]


def mistake(item: str) -> Diagnostic:
    with pytest.raises(Report) as report:
        check(parse(Source("train.env", f"env train < python 3.12\n{item} >")), words)
    return report.value.diagnostics[0]


def misspelt(word: str) -> set[str]:
    """One letter twice, left out, or changed, and two letters the other way round."""
    found = set()
    for position in range(len(word)):
        found.add(word[:position] + word[position] + word[position:])
        found.add(word[:position] + word[position + 1 :])
        found.add(word[:position] + "q" + word[position + 1 :])
        found.add(word[:position] + word[position : position + 2][::-1] + word[position + 2 :])
    return {one for one in found if one and one != word}


#: Words one letter apart: a slip may be as near to the other.
TWINS = {"ulimit": ("limit",), "patch": ("path",), "path": ("patch", "apt")}


@pytest.mark.parametrize("name", INSIDE)
def test_a_misspelt_word_suggests_the_word(name: str) -> None:
    """Every simple slip in a word of four letters and more; in a shorter one some word, or the list of all."""
    for slip in misspelt(name):
        if slip in words.names() or slip in BROUGHT_ALONG:
            continue
        found = mistake(f"{slip} 1")
        assert found.name == "unknown-word"
        assert name in found.notes[0].split()
        if len(name) >= 4:
            meant = {name, *TWINS.get(name, ())}
            assert len(found.fixes) == 1, slip
            assert found.fixes[0].replacement in meant, slip


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("linux/ppc64le", None),
        ("linux/s390x", None),
        ("linux/aarch64", "linux/arm64"),
        ("linux/x86_64", "linux/amd64"),
        ("linux/amd46", "linux/amd64"),
        ("arm64", "linux/arm64"),
    ],
)
def test_what_all_begin_with_makes_nothing_similar(name: str, meant: str | None) -> None:
    assert similar(name, ["linux/amd64", "linux/arm64"]) == meant


def test_a_toolchain_is_suggested_where_its_version_stands() -> None:
    """Behind `toolchain node` a package's name is none."""
    assert [fix.replacement for fix in mistake("rust 1.85").fixes] == ["toolchain rust"]
    assert not mistake("cargo ripgrep 14").fixes
    assert mistake("npm newman 5.3.2").helps


@pytest.mark.parametrize("brought", BROUGHT_ALONG)
def test_a_word_of_another_tool_suggests_ours(brought: str) -> None:
    """What is suggested begins with a word that is there, and keywords in it are that word's."""
    word, *keywords = BROUGHT_ALONG[brought].split()
    assert word in INSIDE
    assert words.find(brought) is None
    assert similar(brought, INSIDE) == BROUGHT_ALONG[brought]
    declaration = words.find(word)
    assert declaration is not None
    layout = layout_of(declaration)
    assert all(layout.entries or keyword in layout.words for keyword in keywords)


@pytest.mark.parametrize(
    ("item", "replacement"),
    [
        ("gpu cuda 12.6 memroy 24GiB", "memory"),
        ("gpu cuda 12.6 exatc", "exact"),
        ("gpu cuda 12.6 runtme", "runtime"),
        ("data v1 form x mounted", "from"),
        ("data v1 mountd", "mounted"),
        ('health fil "/a"', "file"),
        ('health file "/a" evry 3s', "every"),
        ("limit memroy 1GiB", "memory"),
        ("user app udi 3", "uid"),
        ("Python 3.12", "python"),
        ("GPU cuda 12.6", "gpu"),
    ],
)
def test_a_misspelt_argument_suggests_the_argument(item: str, replacement: str) -> None:
    """Keywords, flags and choices alike; case is a misspelling, too."""
    fixes = mistake(item).fixes
    assert [fix.replacement for fix in fixes] == [replacement]
    assert isinstance(fixes[0], Fix)


def test_what_is_like_nothing_suggests_nothing() -> None:
    """No guess is better than a wrong one; the words that there are stand in the note."""
    assert mistake("zzzzzz 1").fixes == ()
    assert similar("zzzzzz", INSIDE) is None
    assert similar("", INSIDE) is None
