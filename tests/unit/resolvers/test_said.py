"""What a source says of itself without anything of it being run, and what it leaves to its build system."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from envc.lock.lists.project_folder import BuildSystemError, build_needs
from envc.resolvers.package_sources.said import Said, UnreadableError, is_compiled, pyproject_of, said_by
from envc.resolvers.package_sources.unpacked import unpack

PROJECT = """\
[project]
name = "Ranker"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["six>=1.10", "idna; python_version < '3.8'"]

[project.optional-dependencies]
web = ["attrs", "uvicorn; sys_platform == 'linux'"]
"""


def laid(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".").replace("_DASH_", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_project_says_what_it_needs(tmp_path: Path) -> None:
    assert said_by(laid(tmp_path, pyproject_DOT_toml=PROJECT)) == Said(
        "Ranker",
        "1.0",
        (
            "six>=1.10",
            "idna; python_version < '3.8'",
            'attrs; extra == "web"',
            "uvicorn; (sys_platform == 'linux') and extra == \"web\"",
        ),
        ">=3.9",
        "is read from its pyproject.toml",
    )


@pytest.mark.parametrize("dynamic", ["dependencies", "optional-dependencies"])
def test_what_a_project_leaves_to_its_build_is_not_guessed(tmp_path: Path, dynamic: str) -> None:
    text = f'[project]\nname = "a"\nversion = "1"\ndynamic = ["{dynamic}"]\n'
    assert said_by(laid(tmp_path, pyproject_DOT_toml=text)) is None


def test_a_version_that_the_build_says_is_not_known(tmp_path: Path) -> None:
    said = said_by(laid(tmp_path, pyproject_DOT_toml='[project]\nname = "a"\ndynamic = ["version"]\n'))
    assert said is not None
    assert said.version is None


@pytest.mark.parametrize(
    ("info", "requires"),
    [
        ("Metadata-Version: 2.2\nName: a\nVersion: 1\nRequires-Dist: six\n", ("six",)),
        ("Metadata-Version: 2.2\nName: a\nVersion: 1\n", ()),
        ("Metadata-Version: 2.2\nName: a\nVersion: 1\nDynamic: Requires-Dist\n", None),
        ("Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: six\n", ("six",)),
        ("Metadata-Version: 2.1\nName: a\nVersion: 1\n", None),
        ("Metadata-Version: 1.0\nName: a\nVersion: 1\n\nRequires-Dist: no header\n", None),
    ],
)
def test_the_metadata_of_an_archive_counts_where_it_is_bound_to_be_right(
    tmp_path: Path, info: str, requires: tuple[str, ...] | None
) -> None:
    """From version 2.2 on what it says holds for every build of it (PEP 643)."""
    said = said_by(laid(tmp_path, PKG_DASH_INFO=info))
    assert (said and said.requires) == requires


def test_what_setuptools_left_in_an_archive_counts(tmp_path: Path) -> None:
    listed = "six>=1\n\n[:python_version < '3']\nenum34\n\n[web]\nattrs\n\n[web:os_name == 'nt']\ncolorama\n"
    folder = laid(
        tmp_path,
        PKG_DASH_INFO="Metadata-Version: 2.1\nName: a\nVersion: 1\n",
        a_DOT_egg_DASH_info__SOURCES_DOT_txt="setup.py\n",
        a_DOT_egg_DASH_info__requires_DOT_txt=listed,
    )
    said = said_by(folder)
    assert said is not None
    assert (said.requires, said.place) == (
        (
            "six>=1",
            "enum34; (python_version < '3')",
            'attrs; extra == "web"',
            "colorama; (os_name == 'nt') and extra == \"web\"",
        ),
        "is read from its requires.txt",
    )


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("", ("setuptools>=40.8.0",)),
        ('[build-system]\nrequires = ["flit_core>=3"]\nbuild-backend = "flit_core.buildapi"', ("flit_core>=3",)),
        ('[build-system]\nrequires = ["meson-python"]\nbuild-backend = "mesonpy"', ("meson-python", "ninja")),
    ],
)
def test_what_a_build_system_needs(tmp_path: Path, text: str, needs: tuple[str, ...]) -> None:
    assert build_needs(pyproject_of(laid(tmp_path, pyproject_DOT_toml=text))) == needs


def test_a_build_system_without_a_list_is_none(tmp_path: Path) -> None:
    with pytest.raises(BuildSystemError):
        build_needs(pyproject_of(laid(tmp_path, pyproject_DOT_toml='[build-system]\nbuild-backend = "a"')))


def test_a_file_that_is_no_toml_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"its pyproject.toml cannot be read"):
        said_by(laid(tmp_path, pyproject_DOT_toml="[project"))


def test_files_for_a_compiler_are_seen(tmp_path: Path) -> None:
    assert not is_compiled(laid(tmp_path, a__b_DOT_py=""))
    assert is_compiled(laid(tmp_path, a__b_DOT_cu=""))


def test_an_archive_is_laid_out_without_its_one_folder(tmp_path: Path) -> None:
    source = laid(tmp_path / "a-1.0", setup_DOT_py="x")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as packed:
        packed.add(source, "a-1.0")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.write(source / "setup.py", "a-1.0/setup.py")
    for name in ("a.tar.gz", "a.zip"):
        place = unpack(tmp_path / name, tmp_path / f"{name}.unpacked")
        assert (place / "setup.py").read_text() == "x"


def test_an_archive_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    file = laid(tmp_path, x="") / "x"
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as packed:
        packed.add(file, "../../outside")
    with pytest.raises(UnreadableError):
        unpack(tmp_path / "a.tar.gz", tmp_path / "unpacked")
    assert not (tmp_path.parent / "outside").exists()
    (tmp_path / "b.tar.gz").write_bytes(b"no archive")
    with pytest.raises(UnreadableError):
        unpack(tmp_path / "b.tar.gz", tmp_path / "other")
