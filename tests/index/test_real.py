"""Real packages from the index that pip on this machine uses, and the PyTorch builds from a loopback index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.diagnostics import Source
from envc.lock.requirements import parse, pin_of, write
from envc.lock.resolution import Requirement, Target
from envc.resolvers.pip_tools import settings_of_this_machine
from envc.resolvers.pip_tools.environment import environment
from envc.resolvers.pip_tools.specification import ARGUMENTS
from envc.resolvers.python_target import platforms_of
from envc.resolvers.settings import clean_environment
from tests.index_server import Index
from tests.index_server.asking import Ask
from tests.loopback import serving

pytestmark = pytest.mark.index

HERE = Path(__file__).resolve().parent
SCIENCE = ("numpy", "pandas", "scikit-learn")


def test_two_targets_neither_of_which_need_be_this_machine(ask: Ask) -> None:
    machine = settings_of_this_machine()
    newer = ask(None, *SCIENCE, target=Target("3.12.12", "linux/amd64", (2, 36)), settings=machine)
    older = ask(None, *SCIENCE, target=Target("3.10.19", "linux/arm64", (2, 28)), settings=machine)
    for packages, tag, machine_name in ((newer, "cp312", "x86_64"), (older, "cp310", "aarch64")):
        assert set(SCIENCE) < set(packages)
        assert packages["numpy"].wheel is not None
        assert tag in packages["numpy"].wheel
        assert machine_name in packages["numpy"].wheel
        assert packages["numpy"].required_by == ("pandas", "scikit-learn", "scipy")
        assert all(package.hashes and package.index_name is None for package in packages.values())
        assert len(packages["numpy"].hashes) > 10
        text = write(map(pin_of, packages.values()))
        assert "://" not in text
        assert parse(Source("x", text)) == tuple(pin_of(package) for package in packages.values())
    assert newer["numpy"].version != older["numpy"].version


@pytest.fixture
def torch_index(tmp_path: Path) -> Iterator[str]:
    facts = HERE.parent / "data" / "torch-wheels.json"
    command = [sys.executable, str(HERE.parent / "lab" / "torch_index.py"), str(facts), "cu118", str(tmp_path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with serving(tmp_path) as address:
        yield f"{address}/simple/"


def test_torch_for_cuda_11_8_on_python_3_12(ask: Ask, torch_index: str) -> None:
    packages = ask(
        None,
        Requirement("torch==2.7.1+cu118", "pytorch-cu118"),
        named={"pytorch-cu118": torch_index},
        settings=settings_of_this_machine(),
    )
    assert set(packages) - {name for name in packages if name.startswith("nvidia-")} == {
        *("torch", "triton", "filelock", "fsspec", "jinja2", "markupsafe", "mpmath", "networkx", "setuptools"),
        *("sympy", "typing-extensions"),
    }
    torch = packages["torch"]
    assert (torch.version, torch.index_name) == ("2.7.1+cu118", "pytorch-cu118")
    assert torch.wheel == "torch-2.7.1+cu118-cp312-cp312-manylinux_2_28_x86_64.whl"
    nvidia = [package for name, package in packages.items() if name.startswith("nvidia-")]
    assert len(nvidia) == 11
    assert all(package.name.endswith("-cu11") and package.index_name is None for package in nvidia)
    assert all(package.required_by == ("torch",) or "torch" in package.required_by for package in nvidia)
    assert packages["triton"].version == "3.3.1"


def test_torch_for_a_python_that_has_no_such_build(ask: Ask, torch_index: str) -> None:
    diagnostic, code = ask.fails(
        None,
        Requirement("torch==2.2.0+cu118", "pytorch-cu118"),
        named={"pytorch-cu118": torch_index},
        target=Target("3.13.1", "linux/amd64", (2, 36)),
        settings=settings_of_this_machine(),
    )
    assert (diagnostic.name, code) == ("no-wheel-for-target", 1)
    assert "linux/amd64 with Python" in diagnostic.notes[0]


def interpreter_of(version: str) -> Path | None:
    """Return a real Python of this minor version, from pyenv or the PATH, that is not the one of the tests."""
    roots = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")), Path("/opt/pyenv")]
    found = [place for root in roots for place in sorted(root.glob(f"versions/{version}.*/bin/python"))]
    on_path = shutil.which(f"python{version}")
    candidates = [*found, *([Path(on_path)] if on_path else [])]
    return next((one for one in candidates if one.exists()), None)


@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13"])
def test_the_same_as_pip_compile_under_a_real_python_of_the_target(
    ask: Ask, cache: Path, version: str, tmp_path: Path
) -> None:
    """Nothing of ours: pip-compile in an environment of that Python, hashing what it downloads."""
    python = interpreter_of(version)
    if python is None or sys.platform != "linux":
        pytest.skip(f"no Python {version} at hand")
    requirements = ("uvicorn[standard]==0.34.0", "pytest==8.3.4", "pyyaml==6.0.2", 'tzdata; python_version < "3.12"')
    question = (
        "import platform; print(platform.python_version(), platform.machine(), *platform.libc_ver()[1].split('.'))"
    )
    full, machine, *libc = subprocess.check_output([str(python), "-c", question], text=True).split()
    target = Target(full, {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}[machine], (int(libc[0]), int(libc[1])))
    settings = settings_of_this_machine()
    variables = {**clean_environment(os.environ), **settings.variables}
    native = environment(cache, settings, variables, lambda _: None, python)
    (tmp_path / "requirements.in").write_text("\n".join(requirements))
    if settings.main_index:
        variables["PIP_INDEX_URL"] = settings.main_index
    command = [str(native), "-m", "piptools", "compile", *ARGUMENTS, "--cache-dir", str(tmp_path / "cache")]
    subprocess.run([*command, "requirements.in"], check=True, cwd=tmp_path, env=variables)
    expected = parse(Source("native", (tmp_path / "requirements.txt").read_text()))
    packages = ask(None, *requirements, target=target, settings=settings)
    assert write(map(pin_of, packages.values())) == write(expected)
    assert ("exceptiongroup" in packages) == (version == "3.10")
    assert ("tzdata" in packages) == (version < "3.12")


def test_platform_tags_are_those_that_pip_finds_on_this_machine(cache: Path) -> None:
    import json
    import platform

    machine = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}.get(platform.machine())
    kind, version = platform.libc_ver()
    if machine is None or kind != "glibc":
        pytest.skip("tags are compared on Linux with glibc")
    interpreter = environment(cache, settings_of_this_machine(), clean_environment(os.environ), lambda _: None)
    question = (
        "import json; from pip._vendor.packaging.tags import platform_tags; print(json.dumps([*platform_tags()]))"
    )
    tags = subprocess.check_output([str(interpreter), "-c", question])
    major, minor = version.split(".")
    assert platforms_of(Target("3.12.1", machine, (int(major), int(minor)))) == json.loads(tags)


def test_confusion_with_the_public_index(ask: Ask) -> None:
    """`requests` is public and popular; routed to an office index, only that one is asked."""
    with Index() as office:
        digest = office.add("requests", "0.0.1", "idna")
        packages = ask(
            None,
            Requirement("requests", "office"),
            named={"office": office.url},
            settings=settings_of_this_machine(),
        )
    assert packages["requests"].hashes == (digest,)
    assert packages["idna"].index_name is None
