"""From a program to its meaning: all mistakes of a stage at once, each where it stands."""

from __future__ import annotations

import pytest

from envc.declarations import words
from envc.diagnostics import Diagnostic, Report, Source
from envc.language.check import check
from envc.language.environment import Meaning
from envc.language.facets import Artifact, PythonPackage, Setting
from envc.syntax.parse import parse


def meaning(text: str) -> Meaning:
    return check(parse(Source("train.env", text)), words)


def mistakes(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(Report) as report:
        meaning(text)
    return report.value.diagnostics


def underlined(diagnostic: Diagnostic) -> list[str]:
    return [label.span.text for label in diagnostic.labels]


def test_all_mistakes_of_the_stage_are_found() -> None:
    """In the order of the text, over all environments; and none that only follows from another."""
    found = mistakes("env a < pyhton 3.12; gpu cuda 12 >\nenv b < python 3; set A >")
    assert [one.name for one in found] == [
        "unknown-word",
        "unreadable-version",
        "unreadable-version",
        "missing-argument",
    ]


def test_contradictions_wait_until_all_is_understood() -> None:
    """An environment whose `python` is misspelt does not lack one."""
    assert [one.name for one in mistakes("env a < pyhton 3.12 >")] == ["unknown-word"]


def test_the_narrowest_text_is_underlined() -> None:
    """One of several values, one entry's version, a keyword's value, the choice."""
    assert underlined(mistakes("env a < python 3.12; expose 80 99999 81 >")[0]) == ["99999"]
    assert underlined(mistakes("env a < python 3.12; ml numpy torch ~=2 >")[0]) == ["~=2"]
    assert underlined(mistakes("env a < python 3.12; gpu cuda 12.6 memory 3 >")[0]) == ["3"]
    assert underlined(mistakes('env a < python 3.12; ignore x "/y" z >')[0]) == ['"/y"']
    assert underlined(mistakes("env a < python 3.12; pip < numpy; torch ~=2; numpy > >")[0]) == ["~=2"]


def test_both_places_of_a_repetition_are_shown() -> None:
    """The second is wrong; the first is why."""
    (found,) = mistakes("env a < python 3.12; pip numpy; ml Numpy 2 >")
    assert (found.name, underlined(found)) == ("repeated-package", ["Numpy", "numpy"])
    (found,) = mistakes("env a < python 3.12; python 3.13 >")
    assert underlined(found) == ["python 3.13", "python 3.12"]


def test_a_password_in_an_address_is_not_repeated() -> None:
    """Messages go to logs."""
    (found,) = mistakes('env a < python 3.12; data v1 from "https://me:hunter2@host/x" mounted >')
    assert found.name == "secret-in-address"
    assert "hunter2" not in found.message


def test_another_edition_is_not_read_any_further() -> None:
    """What the rest would mean there is not known here."""
    for first in ("envc 2", "envc", "envc one", "envc 1 2"):
        assert [one.name for one in mistakes(f"{first}\nenv a < nonsense >")] == ["unknown-edition"]


def test_values_remember_their_places() -> None:
    """A facet knows its item, and its fields their text."""
    (environment,) = meaning("env a < python 3.12\n  pip < numpy >=2; pandas >\n  set A b >").environments
    numpy, pandas = environment.every(PythonPackage)
    assert (numpy.origin.of("name").text, numpy.origin.of("version").text) == ("numpy", ">=2")
    assert pandas.origin.of("version").text == "pandas"
    setting = environment.one(Setting)
    assert setting is not None
    assert str(setting.origin.of("value")) == "train.env:3:9"
    assert setting.origin.clause == "set A b"
    assert environment.one(Artifact) is None


def test_inline_and_in_a_block_is_the_same() -> None:
    """Entries of a list, with their versions and flags."""
    inline = meaning("env a < python 3.12; ml torch 2.7 numpy >=2 pinned >").environments[0]
    block = meaning("env a < python 3.12; ml pinned < torch 2.7; numpy >=2 > >").environments[0]

    def packages(environment: object) -> list[tuple[str, str, bool]]:
        assert hasattr(environment, "every")
        return [(one.name, one.specifier, one.pinned) for one in environment.every(PythonPackage)]

    assert packages(inline) == packages(block) == [("torch", "==2.7.*", True), ("numpy", ">=2", True)]


def test_warnings_stop_nothing() -> None:
    """They come with the environment."""
    (environment,) = meaning("env a < python 3.12; user root; set PYTHONGC 1 >").environments
    assert [one.name for one in environment.warnings] == ["runs-as-root", "setting-without-effect"]
    assert all(one.severity == "warning" for one in environment.warnings)


def test_what_a_project_brings_is_not_known_where_a_launch_is_checked() -> None:
    """Its pyproject.toml may name the starter's package."""
    meaning('env a < python 3.12; project "."; launch torchrun each 2; run "python -m train" >')


def test_a_keyword_before_another_one_is_a_name() -> None:
    """Alone it stands in place of a name that was left out."""
    meaning("""env a <
      python 3.12
      source tag from git "https://example.org/a.git" commit "0123456789012345678901234567890123456789" at "/opt/a"
      cache mounted mounted at "/c"
      build project project "csrc" < run "make"; keeps "/opt/x" >
      run "python"
    >""")
    left_out = ('cache mounted at "/c"', 'source from git "https://a.org/a.git" tag v1', "build from colmap")
    for item in left_out:
        (found,) = mistakes(f"env a < python 3.12; {item} >")
        assert found.name == "missing-argument"
