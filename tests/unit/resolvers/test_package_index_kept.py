"""What was learnt of indexes is kept from run to run, private, and bounded: what was kept first goes first."""

from __future__ import annotations

from pathlib import Path

from envc.resolvers.package_indexes.kept import PAGE, Kept

PIECE = b"x" * PAGE


def keep(folder: Path, largest: int, *keys: str) -> None:
    kept = Kept(folder, largest)
    for key in keys:
        kept.put(key, PIECE)
    kept.close()


def known(folder: Path, *keys: str) -> list[str]:
    kept = Kept(folder)
    found = [key for key in keys if kept.get(key) == PIECE]
    kept.close()
    return found


def test_what_is_kept_is_known_to_the_next_run(tmp_path: Path) -> None:
    keep(tmp_path, 2**30, "one", "two")
    assert known(tmp_path, "one", "two", "three") == ["one", "two"]


def test_what_was_kept_first_goes_when_it_is_too_much(tmp_path: Path) -> None:
    names = [f"number {number}" for number in range(20)]
    for name in names:
        keep(tmp_path, 10 * PAGE, name)
    left = known(tmp_path, *names)
    assert 3 <= len(left) <= 10
    assert left == names[-len(left) :]


def test_the_file_stays_small(tmp_path: Path) -> None:
    """Room that was freed is used again, so that a hundred runs take no more than ten."""
    for number in range(100):
        keep(tmp_path, 10 * PAGE, f"number {number}")
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size <= 30 * PAGE


def test_one_run_that_keeps_more_than_there_is_room_for(tmp_path: Path) -> None:
    names = [f"number {number}" for number in range(40)]
    keep(tmp_path, 10 * PAGE, *names)
    assert len(known(tmp_path, *names)) <= 10


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    keep(tmp_path, 2**30, "one")
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0
