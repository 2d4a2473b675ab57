"""Which GPUs the manifest and the command give to the container."""

from __future__ import annotations

import json
from typing import Any

import pytest

from envc.plan.hash import hash_of
from envc.plan.places import places_of
from envc.plan.planner import make_plan
from envc.targets.dockerfile import emit as emit_dockerfile
from envc.targets.run import emit
from tests.unit.lock.world import PLATFORM, Packages, choose, environment, world
from tests.unit.plan.planning import EMPTY, plan


def manifest(clauses: str) -> dict[str, Any]:
    planned = plan(f"env train < python 3.12; {clauses} >")
    content: dict[str, Any] = json.loads(emit(planned, hash_of(planned))["run.json"])
    return content


@pytest.mark.parametrize(
    ("clauses", "count", "limit"),
    [
        ("gpu cuda 12.6", "all", None),
        ("gpu cuda 12.6 count 2", 2, None),
        ("gpu cuda 12.6; limit gpus 3", 3, 3),
        ("gpu cuda 12.6 count 2; limit gpus 3", 2, 3),
    ],
)
def test_a_container_gets_what_it_needs_else_what_it_may_use(clauses: str, count: int | str, limit: int | None) -> None:
    content = manifest(clauses)
    assert (content["gpus"]["count"], content["limits"]["gpus"]) == (count, limit)
    assert f"--gpus {count}" in content["docker_run"]


def test_a_limit_of_a_parent_counts_for_the_gpus_of_a_child() -> None:
    content = manifest("gpu cuda 12.6; limit memory 1GiB gpus 1")
    assert content["limits"] == {"memory": 2**30, "cpu": None, "gpus": 1}


def test_amds_gpus_come_as_devices_with_their_groups() -> None:
    content = manifest("gpu rocm 6.4 architectures gfx942")
    assert content["gpus"]["devices"] == ["/dev/kfd", "/dev/dri"]
    assert content["gpus"]["groups"] == ["render", "video"]
    assert content["gpus"]["rocm"] == "6.4"
    command = content["docker_run"]
    assert '--device /dev/kfd --device /dev/dri --group-add "$(stat --format %g /dev/kfd)"' in command
    assert "--gpus" not in command
    assert not [name for name in content["variables"] if "NVIDIA" in name or "CUDA" in name]


def test_optional_devices_are_left_to_envc_run() -> None:
    """A command that names a device fails where there is none."""
    assert "--device" not in manifest("gpu rocm 6.4 optional")["docker_run"]


def test_the_plan_of_nvidias_gpus_has_no_new_part() -> None:
    planned = plan("env train < python 3.12; gpu cuda 12.6 >").model_dump()
    assert "rocm" not in planned["run"]["accelerator"]
    assert "gpus" not in planned["run"]


def test_the_reason_of_a_build_of_the_default_index_stands_above_its_packages() -> None:
    asked = environment("env train < python 3.12; gpu cuda 12.6; ml jax >")
    locked = choose(asked, PLATFORM, world(Packages({"jax": ["0.6.2"]})))
    planned = make_plan(asked, locked, EMPTY, places_of("train.env", "train"), {})
    dockerfile = emit_dockerfile(planned, hash_of(planned))["Dockerfile"]
    assert (
        "# 1 package of the default index, by hash\n# jax for CUDA 12, which a driver for CUDA 12.6 runs\n"
        in dockerfile
    )
