"""What is shipped: the archives hold every file that envc reads, and envc compiles from them outside the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from dockerfile_parse import DockerfileParser

pytestmark = pytest.mark.index  # the build tool and the dependencies come from the index

CHECKOUT = Path(__file__).parents[2]
PROGRAM = Path("examples/train.env")
DIGEST = re.compile(r"[a-z0-9./_:-]+@sha256:[0-9a-f]{64}")
HASH = re.compile(r"(sha256:)?[0-9a-f]{64}")


class Archives(NamedTuple):
    wheel: Path
    source: Path


def succeed(*command: str | Path, **options: Any) -> str:
    """Run a program to its end and return its stdout; what it said is shown when it fails."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=300, **options
    )
    if done.returncode != 0:
        said = f"{done.stdout}{done.stderr}"[-4000:]
        pytest.fail(f"{Path(command[0]).name} failed with exit code {done.returncode}:\n{said}", pytrace=False)
    return done.stdout


def files_below(folder: Path) -> set[str]:
    """Paths of the files that are shipped from a folder of the checkout, relative to it."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found if path.name != ".keep"}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    """The source archive, and the wheel that is built from it alone: what the archive lacks, the wheel lacks."""
    out = tmp_path_factory.mktemp("dist")
    succeed(sys.executable, "-m", "build", "--outdir", out, CHECKOUT)
    (wheel,) = out.glob("*.whl")
    (source,) = out.glob("*.tar.gz")
    return Archives(wheel, source)


@pytest.fixture(scope="module")
def wheel_files(archives: Archives) -> set[str]:
    with zipfile.ZipFile(archives.wheel) as wheel:
        return set(wheel.namelist())


def test_the_wheel_holds_the_package_as_the_checkout_has_it(wheel_files: set[str]) -> None:
    shipped = {f"envc/{name}" for name in files_below(CHECKOUT / "envc")}
    assert {"envc/py.typed", "envc/__init__.py"} <= shipped
    assert any(name.startswith("envc/diagnostics/explain/") and name.endswith(".md") for name in shipped)
    assert shipped <= wheel_files


@pytest.mark.parametrize("folder", ["grammar", "stdlib"])
def test_the_wheel_holds_a_top_level_folder_inside_the_package(wheel_files: set[str], folder: str) -> None:
    shipped = {f"envc/{folder}/{name}" for name in files_below(CHECKOUT / folder)}
    assert shipped
    assert shipped <= wheel_files


def test_the_wheel_holds_the_grammar_and_nothing_but_the_package(wheel_files: set[str]) -> None:
    assert "envc/grammar/envc.lark" in wheel_files
    assert {name.split("/")[0].removesuffix(".dist-info").partition("-")[0] for name in wheel_files} == {"envc"}
    assert not [name for name in wheel_files if name.endswith(".pyc")]


def test_the_source_archive_can_be_built_and_tested(archives: Archives) -> None:
    with tarfile.open(archives.source) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    for needed in ("pyproject.toml", "README.md", "LICENSE", "grammar/envc.lark", "tests/lab/up", "tests/conftest.py"):
        assert needed in names
    assert not [name for name in names if name.startswith((".venv", ".git/", "build/", "dist/"))]


@pytest.fixture(scope="module")
def installed(archives: Archives, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment into which the wheel, and what it asks for, was installed."""
    home = tmp_path_factory.mktemp("venv") / "venv"
    succeed(sys.executable, "-m", "venv", home)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    succeed(programs / "python", "-m", "pip", "install", "--quiet", archives.wheel)
    return programs


def outside(environment: dict[str, str]) -> dict[str, str]:
    """An environment in which no Python finds the checkout."""
    return {name: value for name, value in environment.items() if not name.startswith("PYTHON")}


def test_the_installed_package_is_typed_and_complete(installed: Path, tmp_path: Path) -> None:
    script = "import envc, pathlib; print(pathlib.Path(envc.__file__).parent)"
    python = installed / "python"
    package = Path(succeed(python, "-c", script, cwd=tmp_path, env=outside(dict(os.environ))).strip())
    assert installed.parent in package.parents
    assert (package / "grammar" / "envc.lark").is_file()
    succeed(python, "-m", "pip", "check")


def copy_of_the_example(folder: Path) -> Path:
    """Copy the example program with the lock that is committed for it, and return its place below `folder`."""
    root = next(above for above in (CHECKOUT / PROGRAM).parents if (above / "lockfiles").is_dir())
    place = (CHECKOUT / PROGRAM).relative_to(root)
    unwanted = shutil.ignore_patterns("build", "__pycache__")
    shutil.copytree((CHECKOUT / PROGRAM).parent, folder / place.parent, ignore=unwanted, dirs_exist_ok=True)
    shutil.copytree(root / "lockfiles", folder / "lockfiles", dirs_exist_ok=True)
    return folder / place


def test_the_installed_command_compiles_the_example_from_its_lock(installed: Path, tmp_path: Path) -> None:
    program = copy_of_the_example(tmp_path / "elsewhere")
    out = tmp_path / "out"
    envc = installed / "envc"
    succeed(envc, "compile", program.name, "--output", out, cwd=program.parent, env=outside(dict(os.environ)))
    dockerfile = DockerfileParser(path=str(out / "Dockerfile"))
    assert DIGEST.fullmatch(dockerfile.parent_images[0])
    hashes = {key: value for key, value in dockerfile.labels.items() if "hash" in key}
    assert hashes
    assert all(HASH.fullmatch(value) for value in hashes.values())
