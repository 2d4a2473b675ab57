"""Lists of packages, locked by `envc lock`: against loopback indexes, and other tools' locks against the real index."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.diagnostics import Source
from envc.lock import requirements
from tests.index.test_program_index import Project
from tests.index_server import Index

pytestmark = pytest.mark.index

LISTS = Path(__file__).parents[1] / "data" / "lists"
TEXT = "py3.12-linux-x86_64.txt"


@pytest.fixture
def project(tmp_path: Path, cache: Path, index: Index) -> Project:
    return Project(tmp_path, cache, index)


@pytest.fixture
def corp() -> Iterator[Index]:
    with Index() as one:
        yield one


def write(project: Project, **files: str) -> None:
    for name, text in files.items():
        (project.folder / name.replace("_", ".")).write_text(text)


def test_hashes_of_a_users_own_lock_survive_and_no_other_is_added(project: Project, index: Index) -> None:
    """The index has a second wheel of the version, which the list does not have."""
    digest = index.add("b", "1")
    index.add("b", "1", tag="py2-none-any")
    index.add("b", "2")
    top = index.add("a", "1", "b")
    write(
        project, requirements_txt=f"a==1 \\\n    --hash={top}\nb==1 ; python_version >= '3' \\\n    --hash={digest}\n"
    )
    project.write('pip from "requirements.txt"')
    assert {name: one["version"] for name, one in project.lock().items()} == {"a": "1", "b": "1"}
    pins = {pin.name: pin.hashes for pin in requirements.parse(Source(TEXT, project.texts[TEXT]))}
    assert pins == {"a": (top,), "b": (digest,)}


def test_a_file_that_the_list_does_not_have_is_an_error_that_names_the_package(project: Project, index: Index) -> None:
    """Its only listed file is a wheel of another tag, which the target does not take."""
    index.add("a", "1")
    other = index.add("a", "1", tag="py2-none-any")
    write(project, requirements_txt=f"a==1 --hash={other}\n")
    project.write('pip from "requirements.txt"')
    finished = project.envc("lock")
    assert finished.returncode == 1
    assert (
        "error[hash-not-in-list]: `requirements.txt` lists other files of `a` than 1 of the default index"
        in finished.stderr
    )
    assert " --> requirements.txt:1:1" in finished.stderr
    assert not list((project.folder / "lockfiles").rglob("*.json"))


def test_a_package_that_a_list_with_hashes_lacks(project: Project, index: Index) -> None:
    top = index.add("a", "1", "b")
    index.add("b", "1")
    write(project, requirements_txt=f"a==1 --hash={top}\n")
    project.write('pip from "requirements.txt"')
    finished = project.envc("lock")
    assert finished.returncode == 1
    assert "error[package-not-in-list]: `requirements.txt` does not list `b`, which `a` asks for" in finished.stderr


def test_a_list_made_with_another_index_names_it(project: Project, index: Index, corp: Index) -> None:
    index.add("a", "1", tag="py2.py3-none-any")
    digest = corp.add("a", "1")
    write(project, requirements_txt=f"a==1 --hash={digest}\n")
    project.write('pip from "requirements.txt"')
    finished = project.envc("lock")
    assert 'index NAME "https://…" for a' in finished.stderr
    project.write(f'pip from "requirements.txt"; index corp "{corp.url}" for a')
    assert project.lock()["a"]["index"] == "corp"


def test_constraints_bound_what_others_ask_for(project: Project, index: Index) -> None:
    index.add("a", "1", "b")
    for version in ("1", "2", "3"):
        index.add("b", version)
    index.add("c", "1")
    write(project, constraints_txt="b<3\nc==1\nb!=2; sys_platform == 'win32'\n")
    project.write('pip a; constraints "constraints.txt"')
    packages = project.lock()
    assert {name: one["version"] for name, one in packages.items()} == {"a": "1", "b": "2"}
    assert packages["a"]["requires"] == ["b"]


def test_markers_and_extras_of_a_list_are_judged_for_the_target(project: Project, index: Index) -> None:
    index.add("a", "1", 'b; extra == "fast"')
    index.add("b", "1")
    index.add("arm", "1")
    lines = ["a[fast]", "not-there; sys_platform == 'darwin'", "neither; python_version < '3.12'"]
    lines.append("arm; platform_machine == 'aarch64'")
    write(project, requirements_txt="\n".join(lines))
    project.write('pip from "requirements.txt"')
    assert sorted(project.lock()) == ["a", "b"]
    finished = project.envc("lock", "--platform", "linux/arm64")
    assert finished.returncode == 0, finished.stderr
    assert "arm==1" in project.texts["py3.12-linux-aarch64.txt"]


def test_a_lock_of_envc_is_a_list_like_any_other_and_gives_the_same_bytes(project: Project, index: Index) -> None:
    index.add("a", "1", "b")
    index.add("b", "1")
    index.add("b", "1", tag="py2.py3-none-any")
    project.write("pip a")
    project.lock()
    before = project.texts[TEXT]
    write(project, requirements_txt=before)
    index.add("a", "2", "b")
    index.add("b", "2")
    project.write('pip from "requirements.txt"')
    assert project.lock()["b"]["version"] == "1"
    assert project.texts[TEXT] == before


REAL = {
    "requirements.txt": 'pip from "requirements.txt"',
    "uv.lock": 'pip from "uv.lock" group train extra fast',
}


def test_a_lock_of_uv_comes_to_what_uv_itself_exports(project: Project) -> None:
    """From the real index: the same packages, versions and files, for two Pythons."""
    for name in ("PIP_INDEX_URL", "PIP_RETRIES", "PIP_DEFAULT_TIMEOUT"):
        del project.environ[name]
    shutil.copytree(LISTS, project.folder, dirs_exist_ok=True)
    for python in ("3.12", "3.10"):
        found = []
        for item in REAL.values():
            project.write(item)
            program = project.folder / "train.env"
            program.write_text(program.read_text().replace("3.12", python))
            project.lock()
            text = Source(TEXT, project.texts[f"py{python}-linux-x86_64.txt"])
            found.append([pin._replace(required_by=()) for pin in requirements.parse(text)])
        assert found[0] == found[1]
        assert ("exceptiongroup" in {pin.name for pin in found[0]}) == (python == "3.10")
