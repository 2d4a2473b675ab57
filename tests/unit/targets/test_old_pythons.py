"""What envc writes into images runs on every Python that the library knows, and so does the pip of each."""

from __future__ import annotations

import ast
import json
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest

import envc.plan
import envc.targets
from envc.lock.official_python import distributions_for
from envc.plan.hash import hash_of
from envc.plan.places import places_of
from envc.plan.plan import Plan
from envc.plan.planner import make_plan
from envc.targets.dockerfile import emit, instructions_of
from envc.targets.dockerfile.byte_code import code_of_compiling
from envc.targets.dockerfile.copied_python import copy_python, copy_python_to_builder
from envc.targets.dockerfile.instructions import Copy, Run, RunExact
from envc.targets.dockerfile.own_python import programs_of_base
from envc.targets.dockerfile.scripts import script_text
from envc.targets.dockerfile.unpacking import filtering
from envc.targets.dockerfile.vendored import emit_vendored
from tests.unit.lock.sources import Sources, archive
from tests.unit.lock.world import LIBRARY, PLATFORM, Images, Packages, choose, digest, environment, image, world
from tests.unit.plan.planning import EMPTY
from tests.unit.plan.test_built import planned
from tests.unit.targets.test_patches import CHANGE, FILES, Installed

OLDEST = (3, int(LIBRARY.pythons()[-1].minor.partition(".")[2]))
#: Modules, arguments and methods that Python got after the oldest that is known.
LATER = frozenset(
    {
        *("asyncio.run", "contextvars", "dataclasses", "graphlib", "importlib.metadata", "importlib.resources"),
        *("tomllib", "zoneinfo", "capture_output", "text", "dirs_exist_ok", "missing_ok", "filter"),
        *("invalidation_mode", "removeprefix", "removesuffix", "cached_property", "fromisoformat", "hardlink_to"),
    }
)
#: Modules that run by themselves and not before Python 3.10 (`envc/lock/conda.py`), or in stages of their own, on the
#: newest official image, where an environment has no Python.
ALONE = {"check_linking", "install_conda"}
#: Modules that run by themselves with the environment's Python, or with that of the builder.
SCRIPTS = {"check_needs", "check_wheels", "keep_files"}
BYTE_CODE = code_of_compiling(by_time=True, elsewhere=True, one_process=True)
REPOSITORY = "docker.io/library/python"


def plan(version: str, block: str = "pip six", *sources: str) -> Plan:
    """Plan an environment on the official image of an old Python."""
    minor = version.rpartition(".")[0]
    tags = [f"{one}-slim-{distributions_for(minor, LIBRARY)[0]}" for one in (minor, version)]
    images = Images([image(REPOSITORY, one, f"slim {minor}", version) for one in tags])
    versions = {"six": ["1.17.0"], "setuptools": ["59.6.0"], "wheel": ["0.37.1"], "crcmod": ["1.7"]}
    where = world(Packages(versions), images)._replace(sources=Sources({one: archive(one, "1.7") for one in sources}))
    asked = environment(f"env train < python {minor}; {block} >")
    return make_plan(asked, choose(asked, PLATFORM, where), EMPTY, places_of("train.env", "train"), {})


def written() -> Iterator[tuple[str, str]]:
    """Yield the code that is a constant of a module that writes plans or files, by its name."""
    for package in (envc.plan, envc.targets):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if (own := found.name.rpartition(".")[2]) in ALONE | SCRIPTS:
                if own in SCRIPTS:
                    yield f"{found.name}.text", script_text(own)
                continue
            for name, value in vars(import_module(found.name)).items():
                if isinstance(value, str) and not name.startswith("__") and re.search(r"\bimport \w", value):
                    code = programs_of_base() if name == "_PROGRAMS" else value
                    yield f"{found.name}.{name}", code


CODE = dict(written())


def too_new(code: str) -> set[str]:
    """Return what of some code the oldest Python does not know."""
    found = set()
    for node in ast.walk(ast.parse(code, feature_version=OLDEST)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.keyword):
            found.add(str(node.arg))
        elif isinstance(node, ast.Attribute):
            found |= {node.attr, ast.unparse(node)}
    return (found & LATER) | set(re.findall(r"\{\w+=\}", code))


def test_wheels_of_builds_are_looked_into_with_the_pip_that_installs_them() -> None:
    """It lies apart from what the environment's Python finds."""
    items = 'build ops < run "make" >; pip ops 1.0.0 from build ops'
    given = plan(".".join(map(str, (*OLDEST, 15))), items)
    steps = [one.arguments for one in instructions_of(given, hash_of(given)) if isinstance(one, RunExact)]
    texts = [one[2] for one in steps if "pip._internal" in " ".join(one)]
    assert len(texts) == 2
    assert all(text.startswith('import sys\nsys.path.insert(0, "/opt/installer")\n') for text in texts)
    for text in texts:
        compile(text, "script", "exec")


def test_all_code_is_looked_at() -> None:
    """A module with a command of Python has its code among what is checked below."""
    files = [path for one in (envc.plan, envc.targets) for path in Path(one.__path__[0]).rglob("*.py")]
    running = {path.stem for path in files if '"-c"' in path.read_text()}
    of_a_shell, of_modules = {"containers"}, {"conda", "scripts", "wheels_of_builds"}
    assert running - {name.split(".")[-2] for name in CODE} == of_a_shell | of_modules
    assert len(CODE) > 15


@pytest.mark.parametrize("name", sorted(CODE))
def test_code_in_images_is_of_the_oldest_python(name: str) -> None:
    """By its grammar and by names that came later, where no such Python is at hand."""
    code = filtering(plan(".".join(map(str, (*OLDEST, 15)))), CODE[name])
    assert too_new(code) == set()


def test_byte_code_is_made_by_what_the_oldest_python_knows() -> None:
    assert too_new(BYTE_CODE) == set()
    assert "invalidation_mode" in too_new(code_of_compiling(by_time=False, elsewhere=True, one_process=True))


def test_what_is_too_new_is_found() -> None:
    assert too_new("import importlib.metadata, subprocess; subprocess.run([], capture_output=True)") == {
        "importlib.metadata",
        "capture_output",
    }
    with pytest.raises(SyntaxError):
        too_new("while block := stream.read(): pass")


def real_pythons() -> dict[str, Path]:
    """Return pyenv's Python of each minor version that the library knows."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = ((one.minor, sorted(versions.glob(f"{one.minor}.*/bin/python"))) for one in LIBRARY.pythons())
    return {minor: paths[-1] for minor, paths in found if paths}


REAL = real_pythons()


def real(minor: str) -> Path:
    if minor not in REAL:
        pytest.skip(f"pyenv has no Python {minor} here: its code was only read")
    return REAL[minor]


@pytest.mark.parametrize("minor", [one.minor for one in LIBRARY.pythons()])
def test_code_in_images_compiles_on_each_python(minor: str) -> None:
    python = real(minor)
    check = "import json, sys; [compile(code, name, 'exec') for name, code in json.load(sys.stdin).items()]"
    command = [str(python), "-W", "error", "-c", check]
    finished = subprocess.run(command, input=json.dumps(CODE), capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("minor", ["3.6", "3.7", "3.8"])
def test_programs_of_a_base_are_made_by_an_old_python(minor: str, tmp_path: Path) -> None:
    """Of wheels and of eggs, whatever the spelling; not those of pip and of what is replaced."""
    python, site = real(minor), tmp_path / "site"
    for folder, metadata, name in (
        *(("tool-1.dist-info", "METADATA", "tool"), ("Py_Gone-1.dist-info", "METADATA", "Py.Gone")),
        *((f"egg-1-py{minor}.egg-info", "PKG-INFO", "egg"), ("pip-21.dist-info", "METADATA", "pip")),
        (f"old-1-py{minor}.egg/EGG-INFO", "PKG-INFO", "old"),
    ):
        (site / folder).mkdir(parents=True)
        (site / folder / metadata).write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (site / folder / "entry_points.txt").write_text(
            f"[other]\nx = y:z\n\n[console_scripts]\nrun-{folder[:3].lower()} = json.tool:main [more]\n"
            "# none = a:b\n\n[last]\na = b:c\n"
        )
    subprocess.run([python, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    made = tmp_path / "venv" / "bin"
    command = [str(made / "python"), "-c", programs_of_base(["py-gone"])]
    subprocess.run(command, check=True, env={"PYTHONPATH": str(site)})
    assert {one.name for one in made.iterdir() if one.name.startswith("run-")} == {"run-too", "run-egg", "run-old"}
    assert subprocess.run([made / "run-too"], input="{}", capture_output=True, text=True, check=True).stdout == "{}\n"


@pytest.mark.parametrize("minor", ["3.6", "3.7"])
def test_a_patch_is_applied_by_an_old_python(minor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(real(minor)))
    installed = Installed(tmp_path / "site", FILES)
    assert installed.apply(CHANGE) == ""
    assert b"TWO" in (tmp_path / "site" / "pkg" / "x.py").read_bytes()


@pytest.mark.parametrize("minor", ["3.6", "3.7"])
def test_data_is_fetched_and_checked_by_an_old_python(minor: str, tmp_path: Path) -> None:
    """Whole where its bytes are those of the lock, and not at all where they are others."""
    python, content = real(minor), os.urandom(3 << 20)
    (tmp_path / "served").write_bytes(content)
    code, address = CODE["envc.plan.fetch._FETCH"], f"file://{tmp_path}/served"
    for digest_of_lock, there in ((sha256(content).hexdigest(), True), ("0" * 64, False)):
        place = tmp_path / digest_of_lock[:8]
        command = [str(python), "-c", code, address, digest_of_lock, str(place)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (finished.returncode == 0) is there, finished.stderr
        assert place.exists() is there
        assert there or "has other bytes" in finished.stderr


def test_byte_code_of_an_old_python_is_the_same_in_every_build(tmp_path: Path) -> None:
    """Its sources get one time, which it holds; one process makes it, with one seed."""
    python = real("3.6")
    (run,) = [line for line in emit_lines(plan("3.6.15")) if "compileall" in line]
    assert run.startswith("RUN PYTHONHASHSEED=0 /opt/venv/bin/python -c ")
    found = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "module.py").write_text("x = {'a', 'b', 'c'}\ny = 1 in {'q', 'r', 's'}\n")
        os.utime(folder / "module.py", (number * 10**9, number * 10**9))
        subprocess.run([python, "-c", BYTE_CODE, folder, "/x"], check=True, env={"PYTHONHASHSEED": "0"})
        found.append((folder / "__pycache__" / "module.cpython-36.pyc").read_bytes())
    assert found[0] == found[1]
    assert int.from_bytes(found[0][4:8], "little") == 315532800


def emit_lines(made: Plan) -> list[str]:
    return emit(made, hash_of(made))["Dockerfile"].splitlines()


def test_packages_are_installed_by_the_environments_own_python() -> None:
    """By a pip that lies apart from the packages of the image, or it would take those for the environment's."""
    made = plan("3.6.15", "pip six; pip crcmod from source", "crcmod")
    slim = f"{REPOSITORY}:3.6.15-slim-bullseye@{digest('slim 3.6')}"
    for text in (emit(made, hash_of(made))["Dockerfile"], emit_vendored(made, hash_of(made))["Dockerfile.vendored"]):
        copied = f'COPY --link --from={slim} ["/usr/local/lib/python3.6/site-packages/pip", "/opt/installer/pip"]'
        assert text.count(copied) == 1
        assert "/opt/venv/bin/python /opt/installer/pip install --no-deps --require-hashes" in text
        assert "/build/crcmod/tools/bin/python /opt/installer/pip wheel" in text
        assert "--use-feature=in-tree-build" in text
        assert "--python" not in text.replace("--python-", "")
        assert "/opt/installer" not in text.partition(" AS inference\n")[2]
    newer = emit(plan("3.7.17"), hash_of(plan("3.7.17")))["Dockerfile"]
    assert "pip --python /opt/venv/bin/python install" in newer
    assert "/opt/installer" not in newer
    assert "PYTHONHASHSEED=0" in newer


def test_byte_code_of_a_newer_python_needs_no_seed() -> None:
    made = planned("pip six")
    text = emit(made, hash_of(made))["Dockerfile"]
    assert "PYTHONHASHSEED" not in text
    assert "workers=0" in text


def test_names_of_an_old_pythons_files_have_a_flag() -> None:
    """`libpython3.7m.so`, and headers of that name; from 3.8 on there is none, and `_uuid` came with 3.7."""
    made = plan("3.7.17")
    made = made.model_copy(
        update={"base": made.base.model_copy(update={"builder_python": "python:3.7", "headers": True})}
    )
    for steps in (copy_python(made), copy_python_to_builder(made)):
        copied = [one.source for one in steps if isinstance(one, Copy)]
        assert {"/usr/local/lib/libpython3.7m.so.1.0", "/usr/local/include/python3.7m"} <= {*copied}
    tried = [word for made in (plan("3.6.15"), plan("3.7.17")) for word in _words(made) if "_decimal" in word]
    assert ["_uuid" in one for one in tried] == [False, True]


def _words(made: Plan) -> list[str]:
    steps = [one for one in copy_python(made) if isinstance(one, Run)]
    return [word for step in steps for command in step.commands for word in command]


@pytest.mark.parametrize(
    ("version", "filtered"),
    [("3.6.15", False), ("3.7.16", False), ("3.7.17", True), ("3.8.16", False), ("3.8.17", True), ("3.12.0", True)],
)
def test_archives_are_filtered_by_pythons_that_can(version: str, filtered: bool) -> None:
    """PEP 706 came to 3.7 with its last patch, and to 3.6 never."""
    made = plan("3.7.17")
    made = made.model_copy(update={"python": made.its_python.model_copy(update={"version": version})})
    code = filtering(made, CODE["envc.targets.dockerfile.built._UNPACK"])
    assert ('filter="data"' in code) is filtered
