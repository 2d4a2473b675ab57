"""`target`, `launch` and `fabric` with parents, `drop`, platforms and other words' names."""

from __future__ import annotations

from importlib import import_module

import pytest

from envc import targets as rooms
from envc.cli.flattened import lines_of
from envc.language.cluster_facets import Fabric, Launch, Target
from envc.language.environment import Environment
from envc.language.facets import SystemPackage
from envc.language.targets import machinery, names
from tests.unit.language.reading import environment, mistakes

BASE = 'env base < python 3.12; run "python a.py"; target slurm partition a; target compose; fabric infiniband >\n'


def targets(one: Environment) -> dict[str, str | None]:
    return {target.name: target.partition for target in one.every(Target)}


@pytest.mark.parametrize("name", names())
def test_a_machinery_is_known_by_its_file_and_written_by_the_room_of_its_name(name: str) -> None:
    assert set(targets(environment(f'env a < python 3.12; run "true"; target {name} >', "a"))) == {name}
    assert name in rooms.names()
    assert machinery(name).manifest in str(import_module(f"envc.targets.{name}").__doc__)
    assert machinery(name).takes <= set(Target._fields)


def test_a_child_says_where_it_runs_anew_and_adds() -> None:
    text = f'{BASE}env a from base < target slurm partition b; target kubernetes resource "rdma/x" 1 >'
    assert targets(environment(text, "a")) == {"compose": None, "slurm": "b", "kubernetes": None}
    assert targets(environment(text, "base")) == {"compose": None, "slurm": "a"}


def test_a_child_runs_no_longer_where_its_parent_does() -> None:
    found = environment(f"{BASE}env a from base < target drop slurm; fabric drop >", "a")
    assert targets(found) == {"compose": None}
    assert found.one(Fabric) is None
    assert found.every(SystemPackage) == []
    assert mistakes(f"{BASE}env a from base < target drop kubernetes >") == ["nothing-to-drop"]
    assert mistakes(f"{BASE}env a from base < target drop >") == ["missing-argument"]


def test_a_childs_fabric_takes_its_parents_place() -> None:
    found = environment(f"{BASE}env a from base < fabric tcp eth0; apt libibverbs1 >", "a")
    assert [one.kind for one in found.every(Fabric)] == ["tcp"]
    assert [one.name for one in found.every(SystemPackage)] == ["libibverbs1"]


def test_a_library_that_the_program_asks_for_too() -> None:
    found = environment("env a < python 3.12; apt libibverbs1; fabric infiniband >", "a")
    assert {one.name for one in found.every(SystemPackage)} == {"ibverbs-providers", "libibverbs1", "librdmacm1"}


def test_parameters_reach_them() -> None:
    text = "env a takes p gpu n 2 < python 3.12; ml torch; launch torchrun nodes $n each 8; target slurm partition $p; "
    found = environment(f'{text} run "python a.py" >', "a", p="cpu", n="3")
    assert targets(found) == {"slurm": "cpu"}
    assert [one.nodes for one in found.every(Launch)] == [3]


def test_on_one_platform_alone() -> None:
    text = (
        "env a < python 3.12; target slurm partition x; on linux/arm64 < target slurm partition grace; fabric tcp > >"
    )
    found = environment(text, "a")
    assert targets(found) == {"slurm": "x"}
    assert targets(found.on("linux/arm64")) == {"slurm": "grace"}
    assert found.on("linux/arm64").one(Fabric) is not None


def test_a_base_that_brings_the_plug_in() -> None:
    environment('env a < base "example.org/dlc:1"; python 3.12; fabric efa >', "a")
    environment('env a < python 3.12; copy "/opt/amazon" from image "example.org/efa:1"; fabric efa >', "a")


def test_what_a_list_has_is_not_known() -> None:
    """Its packages are read later; nobody is told that torch is missing."""
    environment('env a < python 3.12; pip from "uv.lock"; launch torchrun each 2; run "python a.py" >', "a")


def test_a_target_with_one_setting_is_a_target() -> None:
    """What stands in its block are no things of their own: they go with it, and it is shown whole."""
    base = "env base < python 3.12; target slurm partition a < set NCCL_DEBUG INFO > >\n"
    found = environment(f"{base}env a from base < set NCCL_P2P_LEVEL 1 >", "a")
    assert targets(found) == {"slurm": "a"}
    assert "target slurm partition a" in [line.text for line in lines_of(found)]
    assert targets(environment(f"{base}env a from base < target drop slurm >", "a")) == {}
