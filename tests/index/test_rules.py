"""`override` and `without deps`: both resolvers answer alike, and the lock, its warnings and `explain` say what for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from envc.lock.resolution import Package, Request, Requirement
from envc.resolvers.pip_tools import PipTools, Settings
from envc.resolvers.uv import Uv
from tests.index.test_program_index import Project
from tests.index_server import Index
from tests.index_server.asking import AMD64

pytestmark = pytest.mark.index


def both(index: Index, cache: Path, request: Request) -> dict[str, Package]:
    """Return what both resolvers choose, which is the same in every field."""
    settings = Settings(index.url, timeout="3", retries="0")
    reference, ours = (one(cache, settings).resolve(request, lambda _: None) for one in (PipTools, Uv))
    assert ours._replace(resolver=reference.resolver) == reference
    return {package.name: package for package in reference.packages}


def asking(*names: str, **more: object) -> Request:
    return Request(AMD64, tuple(map(Requirement, names)))._replace(**more)  # type: ignore[arg-type]


def filled(index: Index) -> Index:
    for version in ("1.26", "2.0", "2.1"):
        index.add("numpy", version, 'extra-of-numpy ; extra == "x"')
    index.add("extra-of-numpy", "1")
    index.add("old", "1", "numpy<2")
    index.add("new", "1", "NumPy[x]>=2", 'numpy==1.26 ; sys_platform == "win32"', metadata_beside=False)
    return index


def test_versions_are_replaced_and_extras_and_markers_stay(index: Index, cache: Path) -> None:
    found = both(filled(index), cache, asking("old", "new", overrides=(("numpy", "<2"),)))
    assert {name: one.version for name, one in found.items()} == {
        "extra-of-numpy": "1",
        "new": "1",
        "numpy": "1.26",
        "old": "1",
    }
    assert found["new"].requires == ("numpy[x]<2",)
    assert found["new"].overruled == ("numpy[x]>=2",)
    assert (found["old"].requires, found["old"].overruled) == (("numpy<2",), ("numpy<2",))


def test_what_the_program_asks_is_not_replaced(index: Index, cache: Path) -> None:
    """It bounds the versions beside the override; and an override alone asks for nothing."""
    filled(index)
    found = both(index, cache, asking("numpy<2.1", "old", overrides=(("numpy", ">=1"), ("extra-of-numpy", "<5"))))
    assert {name: one.version for name, one in found.items()} == {"numpy": "2.0", "old": "1"}


def test_an_address_that_a_package_names_is_replaced(index: Index, cache: Path) -> None:
    index.add("a", "1", "b @ https://files.example.org/b-1-py3-none-any.whl")
    index.add("b", "2")
    found = both(index, cache, asking("a", overrides=(("b", ">=1"),)))
    assert (found["b"].version, found["a"].requires) == ("2", ("b>=1",))


def test_a_package_without_deps_asks_for_nothing(index: Index, cache: Path) -> None:
    """Nor do its extras; others that ask for the same are followed."""
    filled(index)
    index.add("a", "1", "old", "missing", 'missing-too ; extra == "y"')
    index.add("c", "1", "old")
    found = both(index, cache, asking("a[y]", "c", bare=("a",)))
    assert set(found) == {"a", "c", "numpy", "old"}
    assert found["old"].required_by == ("c",)
    assert found["a"].requires == ()
    assert found["a"].overruled == ("missing", "missing-too", "old")


def test_without_an_answer_the_override_is_named(index: Index, project: Project) -> None:
    filled(index)
    for resolver in ("pip-tools", "uv"):
        project.write('pip < old; numpy >=2 >; override numpy <2 because "old is compiled for it"')
        finished = run(project, "lock", "--resolver", resolver)
        assert finished.returncode == 1
        assert "error[unsatisfiable-packages]" in finished.stderr
        assert "`override` has replaced what packages ask of numpy" in finished.stderr


@pytest.fixture
def project(tmp_path: Path, cache: Path, index: Index) -> Project:
    return Project(tmp_path, cache, index)


def run(project: Project, command: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run envc of this checkout."""
    environ = {**project.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    arguments = [sys.executable, "-m", "envc", command, "train.env", *words]
    return subprocess.run(arguments, cwd=project.folder, env=environ, capture_output=True, text=True, check=False)


def locked(project: Project, *words: str) -> str:
    finished = run(project, "lock", *words)
    assert finished.returncode == 0, finished.stderr
    return finished.stderr


def test_the_reason_is_kept_and_shown(index: Index, project: Project) -> None:
    """In the lock, by `explain`, and above the step that installs the packages."""
    filled(index)
    project.write('pip old new; override numpy <2 because "old is compiled for numpy 1"')
    assert "warning" not in locked(project)
    lock = json.loads(project.texts["lock.json"])["platforms"]["linux/amd64"]
    reason = "old is compiled for numpy 1"
    assert lock["overrides"] == [{"name": "numpy", "specifier": "<2", "reason": reason}]
    said = run(project, "explain", "numpy").stdout
    assert f"with numpy<2 in place of numpy[x]>=2, which new 1 asks, because {reason}" in said
    assert run(project, "compile").returncode == 0
    dockerfile = (project.folder / "build" / "train" / "Dockerfile").read_text()
    assert f"# numpy<2 in place of what other packages ask, because {reason}\n" in dockerfile
    project.write('pip old new; override numpy <2 because "another reason"')
    assert "error[stale-lock]" in run(project, "compile").stderr


def test_an_override_that_nobody_needs_is_said(index: Index, project: Project) -> None:
    filled(index)
    project.write('pip old; override numpy <2 because "x"; override extra-of-numpy 1 because "y"')
    said = locked(project)
    assert said.count("warning[unneeded-override]") == 2
    assert "1.26 is what all who ask for it allow" in said
    assert "no package asks for it" in said


def test_without_deps_for_single_packages_and_for_whole_lists(index: Index, project: Project) -> None:
    index.add("a", "1", "missing")
    index.add("b", "1", "c")
    index.add("c", "1")
    project.write("pip < a without deps; b >")
    assert set(project_packages(project)) == {"a", "b", "c"}
    assert "without what it asks for: missing" in run(project, "explain", "a").stdout
    project.write("pip a b without deps")
    assert set(project_packages(project)) == {"a", "b"}
    (project.folder / "list.txt").write_text("a\nb\n")
    project.write('pip from "list.txt" without deps')
    assert set(project_packages(project)) == {"a", "b"}


def project_packages(project: Project) -> dict[str, object]:
    locked(project)
    packages = json.loads(project.texts["lock.json"])["platforms"]["linux/amd64"]["packages"]
    return dict(packages)


def test_each_environment_of_a_group_has_its_own_rules(index: Index, project: Project) -> None:
    """The union is resolved by all of them, and what a member takes then is its own."""
    filled(index)
    project.write("pip old")
    (project.folder / "train.env").write_text(
        'env train < python 3.12; pip old new; override numpy <2 because "x" >\n'
        'env serve < python 3.12; pip old; override numpy >=1.26 because "x" >\n'
        "group both < train; serve >\n"
    )
    locked(project)
    assert "numpy==1.26" in project.texts["py3.12-linux-x86_64.txt"]
