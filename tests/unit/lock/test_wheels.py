"""Wheels of no index in a lock: read once, joined with all others, refused where built for another torch or CUDA."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report, Source
from envc.language.built_for import built_for
from envc.language.environment import Environment
from envc.language.facets import ListedPackage, PythonPackage
from envc.lock.files import LockedFiles, read, write
from envc.lock.lists.expand import expand
from envc.lock.resolution import Package, Progress, Request, Resolution, Target
from envc.lock.wheels import FoundWheel, with_wheels
from envc.lock.world import World
from tests.unit.lock.world import PLATFORM, Packages, choose, environment
from tests.unit.lock.world import world as world_of

SHA = "1" * 64
ADDRESS = f'"https://files.example.org/flash_attn-2.8.3-py3-none-any.whl" sha256 "{SHA}"'


class Files:
    """A reader of wheels that lie in memory."""

    def __init__(self, version: str = "2.8.3", stated: tuple[str, ...] = ("einops",)) -> None:
        self.version, self.stated = version, stated
        self.asked: list[str] = []

    def read(self, package: PythonPackage, target: Target, progress: Progress) -> FoundWheel:  # noqa: ARG002
        self.asked.append(package.name)
        return FoundWheel(self.version, "flash_attn-2.8.3-py3-none-any.whl", SHA, 7, self.stated)


class Joining(Packages):
    """A resolver that takes what is given and what that asks for."""

    def resolve(self, request: Request, progress: Progress) -> Resolution:
        names = {given.name: given for given in request.given}
        own = tuple(one for one in request.requirements if one.text.partition("==")[0] not in names)
        found = super().resolve(request._replace(requirements=own), progress).packages
        given = [Package(one.name, one.version, (), None, (), None, None, one.requires) for one in names.values()]
        return Resolution("in memory 1", tuple(sorted((*found, *given))))


def world(files: Files | None, **versions: list[str]) -> World:
    return world_of(Joining({"numpy": ["2.2.1"], **versions}))._replace(wheels=files)


def lock(text: str, of: World, old: LockedFiles | None = None) -> LockedFiles:
    return choose(environment(f"env train < python 3.12; {text} >"), PLATFORM, of, old)


def test_a_wheel_is_in_the_lock_and_in_no_requirements_file() -> None:
    files = Files()
    locked = lock(f"pip < numpy; flash-attn from wheel {ADDRESS} >", world(files))
    (wheel,) = locked.lock.wheels
    assert (wheel.name, wheel.version, wheel.sha256, wheel.size) == ("flash-attn", "2.8.3", SHA, 7)
    assert (wheel.stated, wheel.requires) == (("einops",), ("einops",))
    assert [package.name for package in locked.lock.packages] == ["numpy"]
    assert {pin.name for _, pins in locked.pins for pin in pins} == {"numpy"}
    assert read(write([locked]), "lockfiles/train") == {PLATFORM: locked}


def test_a_wheel_is_read_once_for_the_same_bytes() -> None:
    """Also without a network; other bytes are read anew."""
    files = Files()
    text = f"pip < numpy; flash-attn from wheel {ADDRESS} >"
    old = lock(text, world(files))
    assert lock(text, world(None), old).lock == old.lock
    assert lock(f"{text}; pip six", world(None, six=["1"]), old).lock.wheels == old.lock.wheels
    lock(text.replace(SHA, "2" * 64), world(files), old)
    assert files.asked == ["flash-attn", "flash-attn"]
    with pytest.raises(Report, match="cannot be fetched with `--offline`") as report:
        lock(text, world(None))
    assert report.value.exit_code == 3


@pytest.mark.parametrize(
    ("version", "cuda", "torch"),
    [
        ("2.8.3", None, None),
        ("2.8.3+cu12torch2.8cxx11abiTRUE", "12", "2.8"),
        ("2.8.3+cu13torch2.10cxx11abitrue", "13", "2.10"),
        ("0.0.30+cu124", "12.4", None),
        ("2.1.0+pt24cu118", "11.8", "2.4"),
        ("1.0+cpu", None, None),
        ("1.0+torch2.7.1", None, "2.7"),
        ("1.0+recu12", None, None),
    ],
)
def test_what_a_version_says_that_it_was_built_for(version: str, cuda: str | None, torch: str | None) -> None:
    assert built_for(version) == (cuda, torch)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("2.8.3+cu12torch2.7", None),
        ("2.8.3+cu11torch2.7", ("built for CUDA 11", "CUDA 12.6 here")),
        ("2.8.3+cu12torch2.8", ("built for torch 2.8", "torch 2.7.1 here")),
        ("2.8.3+cu124", None),
    ],
)
def test_a_wheel_for_another_torch_or_cuda_is_refused(version: str, said: tuple[str, str] | None) -> None:
    text = f"gpu cuda 12.6; ml torch 2.7; ml flash-attn from wheel {ADDRESS}"
    of = world(Files(version, ()), torch=["2.7.1+cu126"])
    if said is None:
        assert lock(text, of).lock.wheels[0].version == version
        return
    with pytest.raises(Report) as report:
        lock(text, of)
    (diagnostic,) = report.value.diagnostics
    assert diagnostic.name == "wheel-for-another-build"
    assert tuple(label.text for label in diagnostic.labels) == said


def listed(text: str, path: str = "lists/requirements.txt") -> Environment:
    def reading(_: str, __: object) -> Source:
        return Source(path, text)

    return expand(environment(f'env train < python 3.12; pip from "{path}" >'), reading)


def test_lists_name_wheels_by_their_address_and_of_the_project() -> None:
    """With a checksum behind the address or as an option; a path is relative to the list."""
    address = "https://files.example.org/a_b-1.0%2Bcu12-py3-none-any.whl"
    text = (
        f"a.b[x] @ {address}#sha256={SHA} ; python_version > '3'\n"
        f"c @ {address.replace('a_b', 'c')} --hash=sha256:{SHA}\n"
        f"{address.replace('a_b', 'd')}#sha256={SHA.upper()}\n"
        "./wheels/e_e-1.0-py3-none-any.whl\n"
        "../f-1-cp312-abi3-manylinux_2_28_x86_64.whl # it is ours\n"
    )
    found = {one.name: one for one in listed(text).every(ListedPackage)}
    sources = {name: (one.source.address, one.source.sha256) for name, one in found.items() if one.source}
    assert sources == {
        "a-b": (address, SHA),
        "c": (address.replace("a_b", "c"), SHA),
        "d": (address.replace("a_b", "d"), SHA),
        "e-e": ("lists/wheels/e_e-1.0-py3-none-any.whl", ""),
        "f": ("f-1-cp312-abi3-manylinux_2_28_x86_64.whl", ""),
    }
    assert (found["a-b"].extras, found["a-b"].marker) == (("x",), 'python_version > "3"')
    assert all(one.hashes == () for one in found.values())


@pytest.mark.parametrize(
    "line",
    [
        "https://files.example.org/a-1-py3-none-any.whl",
        "a @ https://files.example.org/a-1-py3-none-any.whl",
        f"a @ https://h/a-1-py3-none-any.whl#sha256={SHA} --hash=sha256:{'2' * 64}",
    ],
)
def test_an_address_without_one_checksum_is_refused(line: str) -> None:
    with pytest.raises(Report) as report:
        listed(line)
    assert [one.name for one in report.value.diagnostics] == ["no-checksum"]


@pytest.mark.parametrize(
    "line",
    [
        f"a @ https://u:p@h/a-1-py3-none-any.whl#sha256={SHA}",
        "a @ file:///wheels/a-1-py3-none-any.whl",
        "/wheels/a-1-py3-none-any.whl",
        "./wheels/a.whl",
        "a @ https://h/a-1.tar.gz",
    ],
)
def test_what_is_no_wheel_of_project_or_address_stays_refused(line: str) -> None:
    with pytest.raises(Report) as report:
        listed(line)
    assert [one.name for one in report.value.diagnostics] == ["package-from-elsewhere"]


def test_a_wheel_of_the_project_is_measured_when_the_program_is_read() -> None:
    """The lock is stale when its bytes change, as with every need."""
    found = with_wheels(environment('env a < python 3.12; pip a from wheel "w/a-1-py3-none-any.whl" >'), lambda *_: SHA)
    (package,) = found.every(PythonPackage)
    assert package.source is not None
    assert (package.source.address, package.source.sha256) == ("w/a-1-py3-none-any.whl", SHA)


def test_each_platform_may_have_its_own_wheel() -> None:
    other = ADDRESS.replace("py3-none-any", "cp312-cp312-manylinux_2_28_aarch64").replace(SHA, "2" * 64)
    text = (
        f"env train < python 3.12; pip flash-attn from wheel {ADDRESS}\n"
        f"on linux/arm64 < pip flash-attn from wheel {other} > >"
    )
    found = environment(text)
    (usual,), (arm,) = found.every(PythonPackage), found.on("linux/arm64").every(PythonPackage)
    assert usual.source is not None
    assert arm.source is not None
    assert (usual.source.sha256, arm.source.sha256) == (SHA, "2" * 64)
