"""Sources of git repositories: chosen once, held by the lock, and told apart in it."""

from __future__ import annotations

import json

import pytest

from envc.diagnostics import Report
from envc.lock.files import LOCK_FILE, LockedFiles, read, write
from envc.lock.freshness import is_fresh, stale_lock
from envc.lock.git_sources import source_doubts
from envc.lock.repositories import GitFailure
from envc.lock.wishes import Wishes
from envc.plan.difference import input_changes, lock_changes
from tests.unit.lock.repositories import Repositories, commit
from tests.unit.lock.world import PLATFORM, choose, environment, world

ADDRESS = "https://example.org/hloc.git"
PROGRAM = f'env train < python 3.12; source hloc from git "{ADDRESS}" tag v1.4 at "/opt/hloc" >'


def locked(
    text: str = PROGRAM, git: Repositories | None = None, old: LockedFiles | None = None, wishes: Wishes | None = None
) -> LockedFiles:
    git = git or Repositories({"v1.4": commit("one")})
    return choose(environment(text), PLATFORM, world()._replace(git=git), old, wishes or Wishes())


def test_a_tag_is_a_commit_and_its_files_in_the_lock() -> None:
    (source,) = locked().lock.sources
    assert (source.name, source.commit, source.files, source.size) == ("hloc", commit("one"), 1, 3)
    assert (source.submodules, source.left_out) == ({}, ("inner",))
    (below,) = locked(PROGRAM.replace("v1.4", "v1.4 submodules")).lock.sources
    assert (below.submodules, below.left_out) == ({"inner": "c" * 40}, ())


def test_a_source_stays_and_nobody_is_asked_again() -> None:
    """While the program says the same of it, whatever the tag has become; `--upgrade` and `--only sources` ask."""
    old = locked()
    moved = Repositories({"v1.4": commit("two")})
    assert locked(PROGRAM + "# more", moved, old) == old
    assert moved.asked == []
    for wishes in (Wishes(everything=True), Wishes(only=frozenset({"sources"}))):
        assert locked(git=moved, old=old, wishes=wishes).lock.sources[0].commit == commit("two")
    assert locked(git=Repositories({}), old=old, wishes=Wishes(only=frozenset({"data"}))) == old


def test_another_tag_is_asked_for() -> None:
    git = Repositories({"v1.4": commit("one"), "v2": commit("two")})
    found = locked(PROGRAM.replace("v1.4", "v2"), git, locked())
    assert found.lock.sources[0].commit == commit("two")
    assert not is_fresh(environment(PROGRAM), found.lock)


def test_a_lock_is_read_back_and_has_no_address() -> None:
    files = write([locked(PROGRAM.replace("v1.4", "v1.4 submodules"))])
    assert read(files, "lockfiles/train")[PLATFORM] == locked(PROGRAM.replace("v1.4", "v1.4 submodules"))
    content = json.loads(files[LOCK_FILE])["platforms"][PLATFORM]
    assert "://" not in json.dumps(content["sources"])


def test_a_lock_without_sources_says_nothing_of_them() -> None:
    text = write([locked("env train < python 3.12 >")])[LOCK_FILE]
    assert "sources" not in text


@pytest.mark.parametrize(
    ("field", "value"), [("commit", "HEAD"), ("commit", "a" * 39), ("tree", "x"), ("name", "other"), ("size", "big")]
)
def test_a_damaged_source_is_found(field: str, value: str) -> None:
    files = write([locked()])
    content = json.loads(files[LOCK_FILE])
    content["platforms"][PLATFORM]["sources"][0][field] = value
    with pytest.raises(Report) as caught:
        read({**files, LOCK_FILE: json.dumps(content)}, "lockfiles/train")
    assert caught.value.diagnostics[0].name == "damaged-lock"


def test_a_tag_that_is_not_there_is_shown_at_its_place() -> None:
    with pytest.raises(Report) as caught:
        locked(PROGRAM.replace("v1.4", "v1.5"))
    (found,) = caught.value.diagnostics
    assert (found.name, caught.value.exit_code) == ("unknown-git-reference", 1)
    assert found.labels[0].span.text == "v1.5"
    assert found.helps == ("it has `v1.4`",)


def test_a_commit_that_is_not_there_is_shown_at_its_place() -> None:
    with pytest.raises(Report) as caught:
        locked(PROGRAM.replace("tag v1.4", f"commit {'B' * 40}"))
    assert caught.value.diagnostics[0].labels[0].span.text == "B" * 40
    assert caught.value.diagnostics[0].message.endswith("b" * 40)


def test_a_failure_is_shown_at_the_address() -> None:
    with pytest.raises(Report) as caught:
        locked(git=Repositories({}, GitFailure("unreachable", "example.org", "no route")))
    (found,) = caught.value.diagnostics
    assert (found.name, caught.value.exit_code) == ("git-unreachable", 3)
    assert ADDRESS in found.labels[0].span.text


def test_offline_keeps_and_chooses_nothing() -> None:
    old = locked()
    assert choose(environment(PROGRAM), PLATFORM, world(), old) == old
    with pytest.raises(Report) as caught:
        choose(environment(PROGRAM), PLATFORM, world())
    assert (caught.value.diagnostics[0].name, caught.value.exit_code) == ("offline", 3)


def test_files_that_lie_elsewhere_are_warned_of() -> None:
    lock = locked().lock
    assert list(source_doubts(environment(PROGRAM), lock)) == []
    pointing = lock.model_copy(update={"sources": (lock.sources[0].model_copy(update={"pointers": 1}),)})
    (found,) = source_doubts(environment(PROGRAM), pointing)
    assert (found.name, found.severity) == ("git-lfs-pointers", "warning")


def test_a_parents_source_is_replaced_dropped_or_kept() -> None:
    parent = f'env base takes release v1.4 < python 3.12; source a from git "{ADDRESS}" tag $release at "/a" >\n'
    child = f'env train from base release v2 < source b from git "{ADDRESS}" tag v1.4 at "/b" >'
    git = Repositories({"v1.4": commit("one"), "v2": commit("two")})
    assert [one.commit for one in locked(parent + child, git).lock.sources] == [commit("two"), commit("one")]
    replaced = parent + f'env train from base < source a from git "{ADDRESS}" tag v2 at "/a" >'
    assert [one.commit for one in locked(replaced, git).lock.sources] == [commit("two")]
    assert locked(parent + "env train from base < source drop a >", git).lock.sources == ()


def test_a_source_of_one_platform_is_locked_there_alone() -> None:
    text = f'env train < python 3.12; on linux/arm64 < source a from git "{ADDRESS}" tag v1.4 at "/a" > >'
    there = environment(text).on("linux/arm64")
    assert locked(text).lock.sources == ()
    git = Repositories({"v1.4": commit("one")})
    assert len(choose(there, "linux/arm64", world()._replace(git=git)).lock.sources) == 1


def test_a_stale_lock_names_the_source() -> None:
    other = environment(PROGRAM.replace("v1.4", "v2"))
    found = stale_lock(other, locked().lock, "train.env", "lockfiles/train/lock.json")
    assert [label.span.text for label in found.labels] == ["hloc"]
    assert "tag v1.4" in found.labels[0].text


def test_a_difference_names_the_commits() -> None:
    before, after = locked(), locked(git=Repositories({"v1.4": commit("two")}))
    told = {change.subject: change.text for change in lock_changes(before, after)}
    assert told == {"hloc": f"~ hloc commit {commit('one')} → commit {commit('two')}"}
    asked = input_changes(before.lock.inputs, {**before.lock.inputs, "sources": {"hloc": "tag v2"}})
    assert [change.subject for change in asked] == ["hloc"]
