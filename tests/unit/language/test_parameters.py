"""`takes` and `$name`: where a value comes from, and that it stays a value."""

from __future__ import annotations

import pytest

from envc.language.facets import Accelerator, Command, PythonPackage
from envc.language.parameters import value_from_command_line
from tests.unit.language.reading import environment, meaning, mistakes, packages, settings

BASE = "env base takes cuda 12.6 < python 3.12; gpu cuda $cuda >\n"


def cuda(text: str, name: str, **values: str) -> str | None:
    accelerator = environment(text, name, None, **values).one(Accelerator)
    assert accelerator is not None
    return accelerator.cuda


def test_a_value_comes_from_the_default_the_child_or_the_command_line() -> None:
    """The nearer one wins."""
    child = f"{BASE}env child from base cuda 12.8 < >"
    assert cuda(BASE, "base") == "12.6"
    assert cuda(BASE, "base", cuda="13.0") == "13.0"
    assert cuda(child, "child") == "12.8"
    assert cuda(child, "child", cuda="13.0") == "13.0"
    assert cuda(child, "base") == "12.6"


def test_a_value_goes_through_generations() -> None:
    """A middle one may set it, take the same, or hand its own on under another name."""
    assert cuda(f"{BASE}env b from base cuda 12.8 < >\nenv c from b < >", "c") == "12.8"
    assert cuda(f"{BASE}env b from base cuda 12.8 < >\nenv c from b cuda 13.0 < >", "c") == "13.0"
    assert cuda(f"{BASE}env b from base takes cuda 12.4 < >", "b") == "12.4"
    other = f"{BASE}env b from base cuda $driver takes driver 12.2 < >"
    assert cuda(other, "b") == "12.2"
    assert cuda(other, "b", driver="12.0") == "12.0"


def test_a_child_may_refer_to_a_parents_parameter() -> None:
    """It is one environment."""
    assert settings(environment(f"{BASE}env b from base cuda 12.8 < set CUDA $cuda >", "b")) == {"CUDA": "12.8"}


def test_a_reference_is_a_whole_argument() -> None:
    """In a string `$` is left alone."""
    child = environment('env a takes x 1 < python 3.12; set A "$x"; set B $x; pip < numpy $x > >', "a")
    assert settings(child) == {"A": "$x", "B": "1"}
    assert packages(child) == {"numpy": "==1.*"}


def test_the_field_reads_the_value() -> None:
    """A number may reach a text, a text a version; the command line has no quotes."""
    text = 'env a takes port 80 tag "2.7" < python 3.12; run "serve" "--port" $port; pip < numpy $tag > >'
    found = environment(text, "a")
    command = found.one(Command)
    assert command is not None
    assert command.arguments == ("serve", "--port", "80")
    assert packages(found) == {"numpy": "==2.7.*"}
    image = 'env a takes image "python:3.12-slim" < base $image >'
    assert environment(image, "a", image="python:3.13-slim").facets[0][0] == "python:3.13-slim"
    assert mistakes('env a takes x """y""" < python 3.12; set A $x >') == ["wrong-kind"]


@pytest.mark.parametrize("value", ["pinned", "mounted", "of", "drop", "; apt git", '" < >', "$x", "a\nb", ""])
def test_a_value_never_becomes_a_word_of_the_language(value: str) -> None:
    """Whatever it holds, it reaches its field and nothing else."""
    found = environment("env a takes x 1 < python 3.12; run $x; set B 1 >", "a", x="y")
    assert [type(one).__name__ for one in found.facets] == ["Interpreter", "Command", "Setting"]
    text = 'env a takes x "y" < python 3.12; labels A $x; pip numpy >'
    if "\n" in value:
        assert mistakes(text, x=value) == ["control-character"]
        return
    found = environment(text, "a", x=value)
    assert found.facets[1][:2] == ("A", value)
    assert [one.pinned for one in found.every(PythonPackage)] == [False]


def test_a_flag_is_not_set_by_a_value() -> None:
    """Nor a keyword given."""
    assert mistakes("env a takes x optional < python 3.12; gpu $x >") == ["unexpected-argument"]
    assert mistakes("env a takes x cuda < python 3.12; gpu $x 12.6 >")[0] == "unexpected-argument"


def test_values_are_told() -> None:
    """With the place of the declaration and of the value."""
    (cuda_value,) = environment(f"{BASE}env b from base cuda 12.8 < >", "b").parameters
    assert (cuda_value.name, cuda_value.value) == ("cuda", "12.8")
    assert str(cuda_value.declared) == "train.env:1:16"
    assert str(cuda_value.written) == "train.env:2:22"


def test_a_clause_shows_the_value() -> None:
    """What outputs quote is what holds, not a name."""
    found = environment('env a takes x "b c" < python 3.12; set A $x >', "a")
    assert [one.origin.clause for one in found.declared] == ["python 3.12", 'set A "b c"']


def test_an_unused_parameter_is_a_warning() -> None:
    """Unless a child uses it, or it goes on to a parent."""
    assert [one.name for one in meaning("env a takes x 1 < python 3.12 >").environments[0].warnings] == [
        "unused-parameter"
    ]
    for text in (
        "env a takes x 1 < python 3.12 >\nenv b from a < set A $x >",
        "env b < python 3.12 >\nenv a takes x 1 < python 3.12; on linux/arm64 < set A $x > >",
        f"{BASE}env a from base cuda $x takes x 12.6 < >",
        f"{BASE}env a from base takes cuda 12.6 < >",
    ):
        assert all(one.warnings == () for one in meaning(text).environments), text


def test_unknown_names_are_refused() -> None:
    """A reference, a parent's, the command line's, and a default that refers."""
    assert mistakes("env a < python 3.12; set A $x >") == ["unknown-parameter"]
    assert mistakes("env a takes x $y < python 3.12; set A $x >")[0] == "unknown-parameter"
    assert mistakes(f"{BASE}env a from base cuda $x < >") == ["unknown-parameter"]
    assert mistakes("env a < python 3.12 >", x="1") == ["unknown-parameter"]
    assert mistakes("env a < python 3.12 >\nenv b takes x 1 < python 3.12; set A $x >", x="1") == ["unknown-parameter"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("12.6", "number"),
        ("gpu", "word"),
        (">=2,<3", "constraint"),
        ("a b", "string"),
        ("", "string"),
    ],
)
def test_a_value_of_the_command_line_has_the_kind_it_would_have(text: str, kind: str) -> None:
    """In a program, and the place of the value in what was typed."""
    found = value_from_command_line("x", text)
    assert (found.kind, found.value, found.span.text) == (kind, text, text)
