"""The count of whole Dockerfiles by words, beside the known one."""

from __future__ import annotations

from benchmarks.dockerfile_words import FIRST, FURTHER, growth
from benchmarks.dockerfiles import ANOTHER_FORM, NEEDS, is_met


def counts(line: str) -> list[int]:
    return [int(one) for one in line.split()[:2]]


def test_each_need_of_the_table_is_one_that_files_have() -> None:
    known = set(NEEDS)
    assert known >= FIRST
    for name, needs, _ in FURTHER:
        assert needs <= known, name


def test_the_language_has_what_was_counted() -> None:
    """Each need that a word of the known count meets is met, or has the form that the refusals name."""
    counted = FIRST.union(*(needs for _, needs, _ in FURTHER))
    assert {need for need in counted if not is_met(need)} <= ANOTHER_FORM


def test_counts_grow_with_the_words_and_are_of_378() -> None:
    files = {
        "one": {"packages"},
        "two": {"packages", "tool by address"},
        "three": {"ssh beside the work"},
        "four": {"packages of Julia"},
    }
    head, first, *further, last = growth(files, FIRST | {"tool by address"}, {"ssh beside the work"})
    assert "378" in head
    assert counts(first) == [94, 189]
    assert counts(further[-1]) == counts(last) == [189, 284]
    assert [counts(line)[0] for line in further] == sorted(counts(line)[0] for line in further)
