"""Versions of packages are read as PEP 440 reads them: what envc lets through, `packaging` understands."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from pydantic import ValidationError

from envc.language.packages import PackageEntry, normalised

PIECES = st.sampled_from(
    [
        "0",
        "1",
        "2.1",
        "10",
        ".",
        ".*",
        "a",
        "rc1",
        ".post2",
        ".dev3",
        "+cu118",
        "-1",
        "!",
        "1!",
        "v",
        "=",
        "<",
        "~",
        "x",
        "²",
    ]
)
CLAUSE = st.builds(
    lambda comparator, pieces: comparator + "".join(pieces),
    st.sampled_from(["==", "!=", "~=", ">=", "<=", "<", ">", "==="]),
    st.lists(PIECES, min_size=1, max_size=4),
)


def read(text: str) -> str | None:
    try:
        return PackageEntry.model_validate({"name": "torch", "version": text}).version
    except ValidationError as refusal:
        return None if [one["type"] for one in refusal.errors()] == ["unreadable-version"] else "another refusal"


@given(st.lists(CLAUSE, min_size=1, max_size=3).map(",".join))
@example("~=2")
@example(">=1.0+cu118")
@example("==2.1+cu118.*")
@example("==1.0.dev1.*")
def test_a_specifier_that_is_taken_is_one(text: str) -> None:
    """And it means the same, with its clauses in one order."""
    specifier = read(text)
    if specifier is not None:
        assert SpecifierSet(specifier) == SpecifierSet(text)


@given(CLAUSE)
def test_a_common_specifier_is_taken(text: str) -> None:
    """What `packaging` refuses is refused; what it takes is taken, but for spellings that nobody writes."""
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        assert read(text) is None


@pytest.mark.parametrize(
    ("text", "specifier"),
    [
        ("2", "==2.*"),
        ("2.7", "==2.7.*"),
        ("2.7.1", "==2.7.1"),
        ("2.7.1.2", "==2.7.1.2"),
        ("2.7rc1", "==2.7rc1"),
        ("2.7+cu118", "==2.7+cu118"),
        ("1!2", "==1!2"),
        (">=2.1,<2.5", "<2.5,>=2.1"),
        ("==2.1.*", "==2.1.*"),
        ("===2.1", "===2.1"),
    ],
)
def test_a_number_is_a_version(text: str, specifier: str) -> None:
    """With one or two parts all of its patches, with more exactly it; ranges have their clauses in one order."""
    assert read(text) == specifier


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True))
def test_names_are_compared_as_indexes_compare_them(name: str) -> None:
    """PEP 503."""
    assert normalised(name) == canonicalize_name(name)
    assert PackageEntry.model_validate({"name": name}).bare_name == canonicalize_name(name)
