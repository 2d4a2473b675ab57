"""A parent with a variant for NVIDIA's GPUs and one for AMD's, locked together against loopback indexes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from envc.compile import understand
from envc.diagnostics import Source
from envc.knowledge.library import Library
from envc.language.environment import Environment
from envc.lock.files import LockedFiles, write
from envc.lock.together import choose_together
from envc.lock.wishes import Wishes
from envc.lock.world import World
from envc.resolvers.offline import OfflineImages
from envc.resolvers.pip_tools import PipTools, Settings
from tests.index_server import Index

pytestmark = pytest.mark.index

PROGRAM = """
env vision < python 3.12; ml < torch; torchvision >; pip numpy >
env vision-cuda from vision < gpu cuda 12.8 h100 >
env vision-amd from vision < gpu rocm 6.4 architectures gfx942; shm 16GiB >
group vision-all < vision-cuda; vision-amd >
"""
TAG = "cp312-cp312-manylinux_2_28_x86_64"


@pytest.fixture
def world(cache: Path) -> Iterator[World]:
    with ExitStack() as stack:
        main, cuda, rocm = (stack.enter_context(Index()) for _ in range(3))
        for version in ("2.2.0", "2.3.0"):
            main.add("numpy", version)
        main.add("networkx", "3.4")
        main.add("triton", "3.5.1")
        main.add("pytorch-triton-rocm", "3.5.1", "numpy<2.3")  # as anybody might have uploaded it
        for index, local, triton in ((cuda, "cu128", "triton==3.5.1"), (rocm, "rocm6.4", "pytorch-triton-rocm==3.5.1")):
            for torch, vision in (("2.9.1", "0.24.1"), ("2.9.0", "0.24.0")):
                index.add("torch", f"{torch}+{local}", "networkx", triton, tag=TAG)
                index.add("torchvision", f"{vision}+{local}", f"torch=={torch}", "numpy", tag=TAG)
        cuda.add("torch", "2.11.0+cu128", "networkx", "triton==3.5.1", tag=TAG)
        cuda.add("torchvision", "0.26.0+cu128", "torch==2.11.0", "numpy", tag=TAG)
        rocm.add("pytorch-triton-rocm", "3.5.1", tag=TAG)
        resolver = PipTools(cache, Settings(main.url, timeout="3", retries="0"), 60.0, lambda _: None)
        library = Library()
        addresses = {one.name: one.address for one in library.indexes}
        addresses |= {"pytorch-cu128": cuda.url, "pytorch-rocm6.4": rocm.url}
        yield World(library, resolver, OfflineImages(), {}, addresses, lambda _: None)


def members() -> list[Environment]:
    meaning = understand(Source("vision.env", PROGRAM))
    (group,) = meaning.groups
    return [next(one for one in meaning.environments if one.name == member.name) for member in group.members]


def locks(world: World, olds: list[LockedFiles | None]) -> list[LockedFiles]:
    return choose_together(members(), "linux/amd64", [world, world], olds, Wishes())


def chosen(locked: LockedFiles) -> dict[str, tuple[str, str | None]]:
    return {package.name: (package.version, package.index) for package in locked.lock.packages}


def test_both_have_one_release_of_torch_and_the_same_files_of_everything_else(world: World) -> None:
    cuda, amd = locks(world, [None, None])
    assert chosen(cuda) == {
        "networkx": ("3.4", None),
        "numpy": ("2.3.0", None),
        "torch": ("2.9.1+cu128", "pytorch-cu128"),
        "torchvision": ("0.24.1+cu128", "pytorch-cu128"),
        "triton": ("3.5.1", None),
    }
    assert chosen(amd) == {
        "networkx": ("3.4", None),
        "numpy": ("2.3.0", None),
        "pytorch-triton-rocm": ("3.5.1", "pytorch-rocm6.4"),
        "torch": ("2.9.1+rocm6.4", "pytorch-rocm6.4"),
        "torchvision": ("0.24.1+rocm6.4", "pytorch-rocm6.4"),
    }
    pins = [{pin.name: pin for _, found in one.pins for pin in found} for one in (cuda, amd)]
    assert pins[0]["numpy"].hashes == pins[1]["numpy"].hashes
    assert "py3.12-linux-x86_64.pytorch-rocm6.4.txt" in write([amd])


def test_a_second_lock_asks_no_index(world: World) -> None:
    first = locks(world, [None, None])

    class Silent:
        def resolve(self, *_: object) -> None:
            raise AssertionError("nothing has changed")

    again = locks(world._replace(resolver=Silent()), [*first])  # type: ignore[arg-type]  # it is never asked
    assert [one.lock.packages for one in again] == [one.lock.packages for one in first]
