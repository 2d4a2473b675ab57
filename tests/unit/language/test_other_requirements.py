"""Requirements in one text are said in words of the language, and no login is repeated."""

from __future__ import annotations

import pytest

from envc.language.other_requirements import said_of_address, written_out


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x>=1", "x >=1"),
        ("x[a, b] >= 1, < 2", "x[a,b] >=1,<2"),
        ("x (==2.0)", "x ==2.0"),
        ("x", ""),
        ("x; python_version > '3'", ""),
        ("-r", ""),
        ("", ""),
    ],
)
def test_a_name_and_its_specifier_are_two_arguments(text: str, written: str) -> None:
    assert written_out(text) == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("git+https://h/a/x.git@v1.2", 'pip x from git "https://h/a/x.git" tag v1.2'),
        ("y @ git+https://h/a/x", 'pip y from git "https://h/a/x" commit …'),
        (f"git+https://h/a/x@{'a' * 40}", f'pip x from git "https://h/a/x" commit {"a" * 40}'),
        ("git+https://h/a/x@main#egg=z", "pip z from git"),
        ("https://h/x-1.0-py3-none-any.whl", 'pip x from wheel "https://h/x-1.0-py3-none-any.whl"'),
    ],
)
def test_an_address_is_said_in_words(text: str, said: str) -> None:
    assert said in said_of_address(text)


def test_a_branch_is_told_to_change() -> None:
    assert "`main` changes without you" in said_of_address("git+https://h/a/x@main")
    assert "changes" not in said_of_address("git+https://h/a/x@v1")


def test_no_login_is_repeated() -> None:
    for text in ("git+https://me:word@h/a/x@v1", "git+https://word@h/a/x", "https://me:word@h/x-1.0-py3-none-any.whl"):
        assert "word" not in said_of_address(text)


def test_what_is_no_requirement_is_not_said() -> None:
    assert said_of_address("x>=1") == ""
