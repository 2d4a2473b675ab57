"""What an index cannot give is shown at the clause of the program that asks for it, with edits that were tried."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from envc.cli.render import render
from envc.diagnostics import Diagnostic, Fix, Report
from envc.lock.blame import at_clauses
from envc.lock.files import LockedFiles
from envc.lock.world import World
from envc.resolvers.pip_tools import PipTools, Settings
from envc.resolvers.uv import Uv
from tests.index_server import Fault, Index
from tests.unit.lock.world import LIBRARY, PLATFORM, choose, environment, slim_images

pytestmark = pytest.mark.index


class Locking:
    """Locks programs against a loopback index, with the real resolver and a registry in memory."""

    def __init__(self, cache: Path, index: Index, resolver: type[PipTools | Uv]) -> None:
        self.resolver = resolver
        self.cache = cache
        self.index = index
        self.progress: list[str] = []
        self.warnings: list[Diagnostic] = []

    def __call__(self, text: str) -> LockedFiles:
        resolver = self.resolver(
            self.cache, Settings(self.index.url, timeout="3", retries="0"), 60, self.warnings.append
        )
        world = World(LIBRARY, resolver, slim_images(), {}, {}, self.progress.append)
        return choose(environment(text), PLATFORM, world)

    def refused(self, text: str, exit_code: int = 1) -> tuple[Diagnostic, ...]:
        with pytest.raises(Report) as caught:
            self(text)
        assert caught.value.exit_code == exit_code
        return caught.value.diagnostics

    def fails(self, text: str, exit_code: int = 1) -> Diagnostic:
        (diagnostic,) = self.refused(text, exit_code)
        assert diagnostic.concerns == ()
        return diagnostic


@pytest.fixture(params=[PipTools, Uv])
def lock(cache: Path, index: Index, request: pytest.FixtureRequest) -> Locking:
    return Locking(cache, index, request.param)


class Shown(NamedTuple):
    """A label as a reader sees it."""

    place: str
    text: str
    underlined: str
    primary: bool


def labels(diagnostic: Diagnostic) -> list[Shown]:
    found = []
    for label in diagnostic.labels:
        line, column = label.span.location
        found.append(Shown(f"{line}:{column}", label.text, label.span.text, label.primary))
    return found


def edited(fix: Fix) -> str:
    text = fix.span.source.text
    return text[: fix.span.start] + fix.replacement + text[fix.span.end :]


def versions(locked: LockedFiles) -> dict[str, str]:
    return {package.name: package.version for package in locked.lock.packages}


def test_an_unknown_name_is_shown_and_the_package_that_is_meant_is_offered(index: Index, lock: Locking) -> None:
    index.add("scikit-learn", "1.7.0")
    diagnostic = lock.fails("env train < python 3.12\n  pip sklearn 1.7\n>\n")
    assert diagnostic.name == "unknown-package"
    assert labels(diagnostic) == [Shown("2:7", "no index has it", "sklearn", True)]
    (fix,) = diagnostic.fixes
    assert fix.title == "a package has a similar name: scikit-learn"
    assert edited(fix) == "env train < python 3.12\n  pip scikit-learn 1.7\n>\n"
    assert versions(lock(edited(fix))) == {"scikit-learn": "1.7.0"}


def test_a_name_that_the_index_does_not_have_either_is_not_offered(lock: Locking) -> None:
    diagnostic = lock.fails("env train < python 3.12; pip numpi >")
    assert (diagnostic.name, diagnostic.fixes) == ("unknown-package", ())
    assert "trying numpy" in lock.progress


def test_extras_stay_when_a_name_is_mended(index: Index, lock: Locking) -> None:
    index.add("uvicorn", "1", 'h11; extra == "standard"')
    index.add("h11", "1")
    (fix,) = lock.fails("env train < python 3.12; pip uvicron[standard] >").fixes
    assert fix.replacement == "uvicorn[standard]"
    assert set(versions(lock(edited(fix)))) == {"uvicorn", "h11"}


def test_several_unknown_names_are_mended_one_after_the_other(index: Index, lock: Locking) -> None:
    """The resolver stops at the first; its edit is offered although another name is wrong as well."""
    index.add("numpy", "1")
    index.add("pandas", "1")
    (first,) = lock.fails("env train < python 3.12; pip numpi panda >").fixes
    (second,) = lock.fails(edited(first)).fixes
    assert (first.replacement, second.replacement) == ("numpy", "pandas")
    assert set(versions(lock(edited(second)))) == {"numpy", "pandas"}


def test_an_unknown_name_that_another_package_asks_for_is_shown_at_that_one(index: Index, lock: Locking) -> None:
    index.add("a", "1", "b")
    index.add("b", "2", "numpi")
    diagnostic = lock.fails("env train < python 3.12; pip a >")
    assert labels(diagnostic) == [Shown("1:30", "brings in numpi: no index has it", "a", True)]
    assert diagnostic.notes == ("b 2 asks for it", "the program asks for a 1 → b 2")
    assert diagnostic.fixes == ()


def test_two_sides_of_a_conflict_are_shown_with_the_edit_that_ends_it(index: Index, lock: Locking) -> None:
    index.add("a", "2.1", "b<2")
    for version in ("1.9", "2", "3"):
        index.add("b", version)
    diagnostic = lock.fails("env train < python 3.12\n  pip < a; b >=3 >\n>\n")
    assert diagnostic.name == "unsatisfiable-packages"
    assert diagnostic.message == "no version of `b` suits all who ask for it"
    assert diagnostic.notes == ("because the program asks for b>=3 and a 2.1 asks for b<2, there is no answer",)
    assert labels(diagnostic) == [
        Shown("2:14", "asks for b>=3", ">=3", True),
        Shown("2:9", "a 2.1 asks for b<2", "a", False),
    ]
    (fix,) = diagnostic.fixes
    assert fix.title == "take any b: 1.9 suits all"
    assert versions(lock(edited(fix))) == {"a": "2.1", "b": "1.9"}


def test_a_chain_is_followed_to_the_clauses_that_begin_it(index: Index, lock: Locking) -> None:
    index.add("a", "1", "b")
    index.add("b", "2", "c")
    index.add("c", "3", "z<2")
    index.add("x", "4", "y")
    index.add("y", "5", "z>=2")
    index.add("z", "1")
    index.add("z", "2")
    diagnostic = lock.fails("env train < python 3.12\n  pip a\n  pip x\n>\n")
    (note,) = diagnostic.notes
    first, second = note.removeprefix("because ").removesuffix(", there is no answer").split(" and ")
    assert first == "c 3, brought in by a 1 by way of b 2, asks for z<2"
    assert second == "y 5, brought in by x 4, asks for z>=2"
    assert [(one.place, one.text) for one in labels(diagnostic)] == [
        ("2:7", "brings in c 3 by way of b 2, which asks for z<2"),
        ("3:7", "brings in y 5, which asks for z>=2"),
    ]


def test_versions_that_ask_alike_are_one_reason(index: Index, lock: Locking) -> None:
    for number in range(1, 6):
        index.add("a", str(number), "c<2")
    index.add("c", "1")
    index.add("c", "2")
    diagnostic = lock.fails("env train < python 3.12; pip a c==2 >")
    assert diagnostic.notes == (
        "because the program asks for c==2 and a 1 to 5 (5 versions) ask for c<2, there is no answer",
    )


def test_many_sides_are_one_a_line_and_not_more_than_can_be_read(index: Index, lock: Locking) -> None:
    names = [f"p{number}" for number in range(9)]
    for number, name in enumerate(names):
        index.add(name, "1", f"c=={number}")
        index.add("c", str(number))
    diagnostic = lock.fails(f"env train < python 3.12; pip {' '.join(names)} >")
    assert diagnostic.name == "unsatisfiable-packages"
    assert 2 <= len(diagnostic.labels) <= 6
    assert len(diagnostic.notes) <= 9


def test_a_range_without_a_version_is_shown_and_lifted(index: Index, lock: Locking) -> None:
    index.add("a", "1")
    diagnostic = lock.fails("env train < python 3.12; pip a >=7 >")
    assert diagnostic.name == "unknown-version"
    assert labels(diagnostic) == [Shown("1:32", "no such version", ">=7", True)]
    assert [fix.title for fix in diagnostic.fixes] == ["take any a: 1 suits all"]


def test_no_wheel_says_which_version_has_one_and_offers_it(index: Index, lock: Locking) -> None:
    index.add("a", "1", tag="cp312-cp312-manylinux2014_x86_64")
    index.add("a", "2", tag="cp313-cp313-manylinux2014_x86_64")
    index.add("a", "2", tag="cp312-cp312-win_amd64")
    diagnostic = lock.fails("env train < python 3.12; pip a ==2 >")
    assert diagnostic.name == "no-wheel-for-target"
    assert "a 2 has wheels for linux/amd64 with Python 3.13" in diagnostic.notes
    assert "a 2 has wheels for Python 3.12 on Windows" in diagnostic.notes
    assert "the newest version with a wheel for this target: 1" in diagnostic.notes
    assert labels(diagnostic) == [
        Shown("1:32", "no wheel for the target", "==2", True),
        Shown("1:20", "asks for Python 3.12", "3.12", False),
    ]
    version, python = diagnostic.fixes
    assert (version.title, python.title) == ("take any a: 1 suits all", "take Python 3.13")
    assert versions(lock(edited(version))) == {"a": "1"}
    assert edited(python) == "env train < python 3.13; pip a ==2 >"


def test_an_import_name_that_is_an_empty_archive_leads_to_the_package(index: Index, lock: Locking) -> None:
    index.add_archive("sklearn", "0")
    index.add("scikit-learn", "1")
    diagnostic = lock.fails("env train < python 3.12; pip sklearn >")
    assert diagnostic.name == "no-wheel-for-target"
    assert "no version of sklearn has a wheel for this target" in diagnostic.notes
    assert [fix.replacement for fix in diagnostic.fixes] == ["scikit-learn"]


@pytest.mark.parametrize("on_page", [True, False])
def test_a_python_that_a_dependency_refuses_is_shown_at_its_clause(index: Index, lock: Locking, on_page: bool) -> None:
    index.add("a", "1", "b")
    index.add("b", "1", requires_python="<3.9", on_page=on_page)
    diagnostic = lock.fails("env train < python 3.12; pip a >")
    assert diagnostic.name == "requires-python-mismatch"
    brought = "b" if on_page else "b 1"
    assert labels(diagnostic) == [
        Shown("1:30", f"brings in {brought}: does not take this Python", "a", True),
        Shown("1:20", "asks for Python 3.12", "3.12", False),
    ]
    assert lock.progress[-4:] == [f"trying Python 3.{minor}" for minor in (11, 13, 10, 14)]
    assert diagnostic.fixes == ()


def test_the_nearest_python_that_all_packages_take_is_offered(index: Index, lock: Locking) -> None:
    index.add("a", "1", "b")
    index.add("b", "1", requires_python="<3.12")
    (fix,) = lock.fails("env train < python 3.12; pip a >").fixes
    assert edited(fix) == "env train < python 3.11; pip a >"


def test_withdrawn_versions_are_named_at_the_clause(index: Index, lock: Locking) -> None:
    index.add("a", "1", yanked="broken")
    diagnostic = lock.fails("env train < python 3.12; pip a >")
    assert diagnostic.name == "unknown-version"
    assert "withdrawn" in diagnostic.message
    assert [one.underlined for one in labels(diagnostic)] == ["a"]


def test_a_pinned_version_is_not_edited(index: Index, lock: Locking) -> None:
    index.add("a", "1", "b<2")
    index.add("b", "1")
    index.add("b", "2")
    assert lock.fails("env train < python 3.12; pip < a; b ==2 pinned > >").fixes == ()


@pytest.mark.parametrize("status", [401, 500])
def test_an_index_that_fails_names_the_package_and_its_clause(index: Index, lock: Locking, status: int) -> None:
    index.add("a", "1", "b")
    index.faults["b"] = Fault(status)
    diagnostic = lock.fails("env train < python 3.12; pip a >", 3)
    assert labels(diagnostic) == [Shown("1:30", "brings in `b`: could not be looked up", "a", True)]
    assert diagnostic.notes[:2] == ("package: b", "the program asks for a 1 → b")
    assert not [step for step in lock.progress if step.startswith("trying")]


def test_a_file_that_is_not_what_its_page_says_names_its_package(index: Index, lock: Locking) -> None:
    index.add("a", "1")
    for name in index.files:
        index.files[name] = b"something else"
    diagnostic = lock.fails("env train < python 3.12; pip a >", 3)
    assert "package: a" in diagnostic.notes
    assert [one.underlined for one in labels(diagnostic)] == ["a"]


def test_the_message_as_a_reader_sees_it(index: Index, lock: Locking) -> None:
    index.add("a", "2.1", "b<2")
    index.add("b", "1.9")
    index.add("b", "3")
    shown = render(lock.fails("env train < python 3.12\n  pip < a; b >=3 >\n>\n"), explained=False).plain
    assert (
        shown
        == """\
error[unsatisfiable-packages]: no version of `b` suits all who ask for it
 --> train.env:2:14
  |
2 |   pip < a; b >=3 >
  |         - a 2.1 asks for b<2
  |              ^^^ asks for b>=3
  |
  = note: because the program asks for b>=3 and a 2.1 asks for b<2, there is no answer
  = help: widen one of these version ranges, or drop one of the packages
help: take any b: 1.9 suits all
  |
2 -   pip < a; b >=3 >
2 +   pip < a; b >
  |
"""
    )


def test_a_withdrawn_package_is_a_warning_at_the_clause_that_brings_it_in(index: Index, lock: Locking) -> None:
    index.add("a", "1", "b==2")
    index.add("b", "2", yanked="breaks")
    lock("env train < python 3.12; pip a >")
    (warning,) = (at_clauses(one, environment("env train < python 3.12; pip a >")) for one in lock.warnings)
    assert (warning.name, warning.severity) == ("yanked-package", "warning")
    assert warning.notes == ("their reason: breaks", "the program asks for a 1 → b")
    assert labels(warning) == [Shown("1:30", "brings in `b`: withdrawn", "a", True)]


def test_progress_names_what_is_being_resolved_and_what_is_tried(index: Index, lock: Locking) -> None:
    index.add("a", "1", "b<2")
    index.add("b", "1")
    index.add("b", "2")
    lock.fails("env train < python 3.12; pip a b==2 >")
    image, *steps, trying = lock.progress
    assert image == "docker.io/library/python:3.12-slim-bookworm"
    assert (sorted(steps), trying) == (["a", "b"], "trying b")


def moved(lock: Locking, text: str, old: LockedFiles) -> list[str]:
    """Lock again with an older lock, and return what is said of the pins that moved."""
    found: list[str] = []
    resolver = lock.resolver(lock.cache, Settings(lock.index.url, timeout="3", retries="0"), 60)
    world = World(LIBRARY, resolver, slim_images(), {}, {}, ignore)
    choose(environment(text), PLATFORM, world._replace(moved=lambda one: found.append(one.text)), old)
    return found


def ignore(_: str) -> None:
    pass


def test_a_pin_that_cannot_stay_says_why(index: Index, lock: Locking) -> None:
    for name in "abc":
        index.add(name, "1")
    old = lock("env train < python 3.12; pip a b c >")
    for name in "abc":
        index.add(name, "2")
    assert moved(lock, "env train < python 3.12; pip a b c >", old) == []
    del index.pages["b"][0]
    assert moved(lock, "env train < python 3.12; pip a b c >=2 >", old) == [
        "b 1 could not stay: the index no longer has it",
        "c 1 could not stay: the program asks for c>=2 (train.env:1:36)",
    ]
