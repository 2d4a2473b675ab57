"""What the child is told."""

from __future__ import annotations

import json

import pytest

from envc.lock.resolution import Request, Requirement, Target
from envc.resolvers.pip_tools.specification import task_of
from envc.resolvers.python_target import abi_of, markers_of, platforms_of
from envc.resolvers.requested import routes_of

AMD64 = Target("3.12.12", "linux/amd64", (2, 36))


def test_tags_end_at_the_glibc_of_the_base_image() -> None:
    assert platforms_of(Target("3.12.1", "linux/arm64", (2, 18))) == [
        *("linux_aarch64", "manylinux_2_18_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    ]
    old = platforms_of(Target("3.12.1", "linux/amd64", (2, 12)))
    assert old[1:3] == ["manylinux_2_12_x86_64", "manylinux2010_x86_64"]
    assert old[-2:] == ["manylinux_2_5_x86_64", "manylinux1_x86_64"]
    assert "manylinux2014_x86_64" not in old


@pytest.mark.parametrize(
    ("platform", "glibc"), [("linux/riscv64", (2, 36)), ("windows/amd64", (2, 36)), ("linux/amd64", (1, 2))]
)
def test_a_platform_of_which_no_wheels_are_known(platform: str, glibc: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no wheels are known"):
        platforms_of(Target("3.12.1", platform, glibc))


def test_the_python_of_the_target() -> None:
    assert [abi_of(AMD64._replace(python=python)) for python in ("3.7.9", "3.8.0", "3.14.0rc1")] == [
        "cp37m",
        "cp38",
        "cp314",
    ]
    markers = markers_of(AMD64._replace(python="3.14.0rc1"))
    assert (markers["python_version"], markers["python_full_version"]) == ("3.14", "3.14.0rc1")
    with pytest.raises(ValueError, match="not a full version"):
        abi_of(AMD64._replace(python="3.12"))


def test_every_name_has_its_route_and_the_child_is_told_no_address() -> None:
    request = Request(
        AMD64,
        (Requirement("Torch_X[a]>=2 ; python_version > '3'", "cu118"), Requirement("numpy"), Requirement("numpy")),
        (("cu118", "https://bob:s3cret@x.test/cu118"), ("unused", "https://y.test")),
        ("numpy==2", "a==1"),
    )
    task = task_of(request)
    assert routes_of(request) == {"torch-x": "https://bob:s3cret@x.test/cu118"}
    assert task.requirements == 'Torch_X[a]>=2; python_version > "3"\nnumpy\n'
    assert task.pins == "a==1\nnumpy==2\n"
    assert ".test" not in str(task)
    assert json.loads(json.dumps(task.specification)) == task.specification


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://x.test",
        "numpy\n--pre",
        "./local.whl",
        "-e .",
        "a @ https://x.test/a.whl",
        "a @ file:///a.whl",
    ],
)
def test_nothing_but_a_name_with_versions_is_passed_on(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (packaging words most of these)
        task_of(Request(AMD64, (Requirement(text),)))


def test_a_name_cannot_come_from_two_indexes() -> None:
    wanted = (Requirement("torch", "a"), Requirement("Torch>=2", "b"))
    with pytest.raises(ValueError, match="two indexes"):
        routes_of(Request(AMD64, wanted, (("a", "https://a.test"), ("b", "https://b.test"))))


def test_what_only_comes_along_has_its_route_too_and_bounds_are_a_file_of_their_own() -> None:
    indexes = (("corp", "https://x.test/simple"), ("other", "https://y.test/simple"))
    request = Request(AMD64, (Requirement("a"),), indexes, (), (("b", "corp"),), ("numpy <3", "a>=1"))
    task = task_of(request)
    assert routes_of(request) == {"b": "https://x.test/simple"}
    assert task.bounds == "a>=1\nnumpy<3\n"
    assert task.requirements == "a\n"
    assert [*task.specification["arguments"]][-3:-1] == ["--constraint", "constraints.txt"]
    assert "--constraint" not in task_of(request._replace(bounds=())).specification["arguments"]
    with pytest.raises(ValueError, match="two indexes"):
        routes_of(request._replace(requirements=(Requirement("b", "other"),)))
    with pytest.raises(ValueError, match="a bound is a name"):
        task_of(request._replace(bounds=("a @ https://x.test/a.whl",)))
