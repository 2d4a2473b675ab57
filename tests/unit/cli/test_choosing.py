"""What a command has chosen for environments that are locked together, each with the indexes of its own program."""

from __future__ import annotations

from pathlib import Path

from envc.cli import loading
from envc.cli.choosing import LockOptions, choose_unit
from tests.unit.lock.test_group import VERSIONS, Joining
from tests.unit.lock.world import PLATFORM, world

PROGRAM = """\
env vision < python 3.12; ml < torch; numpy > >
env vision-cuda from vision < gpu cuda 12.8 >
env vision-amd from vision < gpu rocm 6.4 architectures gfx942 >
group vision-all < vision-cuda; vision-amd >
"""


def test_members_for_both_makers_have_one_release_of_torch(tmp_path: Path) -> None:
    """The world of a command knows where indexes are only when a program is looked at."""
    (tmp_path / "vision.env").write_text(PROGRAM)
    (tmp_path / "lockfiles").mkdir()
    unit = loading.load_environments(tmp_path / "vision.env", ["vision-cuda", "vision-amd"], None)
    worlds = [world(Joining({**VERSIONS, "torch": ["2.9.1"]}))._replace(index_addresses={}) for _ in unit]
    cuda, amd = choose_unit(unit, PLATFORM, worlds, [None, None], LockOptions())
    assert {one.name: one.index for one in cuda.lock.packages} == {"numpy": None, "torch": "pytorch-cu128"}
    assert {one.name: one.index for one in amd.lock.packages} == {"numpy": None, "torch": "pytorch-rocm6.4"}
